/// A field of a pod that an environment variable can take its value from.
public enum FieldPath: Sendable, Hashable {
    case name
    case namespace
    case uid
    case label(String)
    case annotation(String)
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
        case .nodeName: pod.spec.nodeName ?? sources.nodeName
        case .serviceAccountName: pod.spec.serviceAccountName ?? "default"
        case .hostIP: sources.hostIPs.first ?? ""
        case .hostIPs: sources.hostIPs.joined(separator: ",")
        case .podIP: sources.podIPs.first ?? ""
        case .podIPs: sources.podIPs.joined(separator: ",")
        }
    }
}
