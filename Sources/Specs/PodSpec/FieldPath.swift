/// A field of a pod that an environment variable or a file can take its value from.
public enum FieldPath: Sendable, Hashable {
    case name
    case namespace
    case uid
    case label(String)
    case annotation(String)
    /// All of them; for files only.
    case labels
    case annotations
    case nodeName
    case serviceAccountName
    case hostIP
    case hostIPs
    case podIP
    case podIPs

    /// The paths without a key.
    static let names = [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
        "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ]

    /// Reads a path: `metadata.name`, `metadata.labels['app']`, …; nil if no variable can have it.
    public init?(_ path: String) {
        switch path {
        case "metadata.name": self = .name
        case "metadata.namespace": self = .namespace
        case "metadata.uid": self = .uid
        case "spec.nodeName": self = .nodeName
        case "spec.serviceAccountName": self = .serviceAccountName
        case "status.hostIP": self = .hostIP
        case "status.hostIPs": self = .hostIPs
        case "status.podIP": self = .podIP
        case "status.podIPs": self = .podIPs
        default:
            if let key = Self.key(of: path, in: "metadata.labels") {
                guard NameSyntax.isQualifiedName(key) else { return nil }
                self = .label(key)
            } else if let key = Self.key(of: path, in: "metadata.annotations") {
                guard NameSyntax.isQualifiedName(key.lowercased()) else { return nil }
                self = .annotation(key)
            } else {
                return nil
            }
        }
    }

    /// Those that files can have, without the ones with a key.
    static let fileNames = [
        "metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels", "metadata.annotations",
    ]

    /// Reads a path as a downwardAPI volume has it; nil if no file can have it.
    public init?(file path: String) {
        switch path {
        case "metadata.labels": self = .labels
        case "metadata.annotations": self = .annotations
        default:
            guard path.hasPrefix("metadata."), let field = FieldPath(path) else { return nil }
            self = field
        }
    }

    /// True for what is known only once the pod has its network.
    public var needsNetwork: Bool { self == .podIP || self == .podIPs }

    private static func key(of path: String, in map: String) -> String? {
        let quotes: [(open: String, close: String)] = [("['", "']"), ("[\"", "\"]")]
        for quote in quotes where path.hasPrefix(map + quote.open) && path.hasSuffix(quote.close) {
            let key = path.dropFirst(map.utf8.count + 2).dropLast(2)
            // An overlap of both ends (`metadata.labels[']`) is no key.
            if path.utf8.count >= map.utf8.count + 4, !key.isEmpty { return String(key) }
        }
        return nil
    }
}

/// What a pod's own fields need to know from outside the manifest.
public struct FieldSources: Sendable, Hashable {
    public var nodeName: String
    public var hostIPs: [String]
    public var podIPs: [String]
    /// What containers without a limit have: `cpu`, `memory`, `ephemeral-storage`.
    public var allocatable: [String: Quantity] = [:]
    /// The objects of the pod's namespace.
    public var objects = PodObjects()

    /// Creates the sources.
    public init(nodeName: String, hostIPs: [String], podIPs: [String]) {
        self.nodeName = nodeName
        self.hostIPs = hostIPs
        self.podIPs = podIPs
    }
}

extension FieldPath {
    /// The field's value; the empty string for a label or annotation that the pod does not have, as in Kubernetes.
    public func value(in pod: Pod, _ sources: FieldSources) -> String {
        switch self {
        case .name: pod.metadata.name
        case .namespace: pod.metadata.namespace
        case .uid: pod.metadata.uid
        case .label(let key): pod.metadata.labels[key] ?? ""
        case .annotation(let key): pod.metadata.annotations[key] ?? ""
        case .labels: Self.lines(pod.metadata.labels)
        case .annotations: Self.lines(pod.metadata.annotations)
        case .nodeName: pod.spec.nodeName ?? sources.nodeName
        case .serviceAccountName: pod.spec.serviceAccountName ?? "default"
        case .hostIP: sources.hostIPs.first ?? ""
        case .hostIPs: sources.hostIPs.joined(separator: ",")
        case .podIP: sources.podIPs.first ?? ""
        case .podIPs: sources.podIPs.joined(separator: ",")
        }
    }

    /// `key="value"` by key, a line each, with the value quoted as Go does it.
    private static func lines(_ map: [String: String]) -> String {
        map.sorted { $0.key < $1.key }.map { "\($0.key)=\(quoted($0.value))" }.joined(separator: "\n")
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\u{07}": result += "\\a"
            case "\u{08}": result += "\\b"
            case "\u{0C}": result += "\\f"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0B}": result += "\\v"
            case let other where other.value < 0x20 || other.value == 0x7F:
                let digits = String(other.value, radix: 16)
                result += "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
