import JSONCoding
import PodSpec

/// What values of a key are like: reads them from files, where they have types, and from flags and environment
/// variables, where they are text.
public enum ConfigurationType: Sendable, Hashable {
    /// A path; absolute where it stands in a file, which has no current folder.
    case path
    /// A path under which the agent mounts.
    case mountedPath
    /// A cgroup's path, or the name of a slice.
    case cgroup
    case choice([String])
    case boolean
    /// Folders, by absolute paths.
    case folders
    /// Names of registries: `host`, `host:port`.
    case registries
    /// Names of kernel parameters; a `*` at the end stands for any rest.
    case sysctls
    /// Figures by signals of eviction.
    case eviction(EvictionTable)
    case duration(ClosedRange<Duration>)
    case count(ClosedRange<Int64>)
    /// `FIRST:COUNT` of user and group ids, as in subuid(5).
    case idRange
    /// `tcp://host:port`
    case tcpEndpoint
    /// Roles by names of certificates.
    case certificateRoles
    /// Programs by names of runtime handlers.
    case runtimes
    /// A size; `10Mi`, as quantities of Kubernetes are written.
    case bytes(ClosedRange<Int64>)

    /// For people: `path`, `30s, 5m, 1h30m`, `one of a, b`.
    public var description: String {
        switch self {
        case .path, .mountedPath: "path"
        case .cgroup: "path of a cgroup, or a slice's name"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .boolean: "true or false"
        case .folders: "list of absolute paths"
        case .registries: "list of host or host:port"
        case .sysctls: "list of names of kernel parameters, with * at the end for any rest"
        case .eviction(let table): table.description
        case .idRange: "FIRST:COUNT of ids, as in /etc/subuid"
        case .tcpEndpoint: "tcp://host:port"
        case .certificateRoles: "names such as CN:ops, DNS:ops.example or URI:spiffe://ops, each with admin or read"
        case .runtimes: "names such as runc, each with the absolute path of an OCI runtime"
        case .duration(let range):
            "duration from \(ConfigurationDuration.text(range.lowerBound)) "
                + "to \(ConfigurationDuration.text(range.upperBound))"
        case .count(let range): "number from \(range.lowerBound) to \(range.upperBound)"
        case .bytes(let range):
            "size from \(ConfigurationBytes.text(range.lowerBound)) to \(ConfigurationBytes.text(range.upperBound))"
        }
    }

    /// A value in a file.
    func value(of node: JSONNode) throws(ConfigurationValueError) -> ConfigurationValue {
        switch self {
        case .boolean:
            guard let value = node.boolValue else { throw wrongKind(node) }
            return .boolean(value)
        case .count(let range):
            guard let number = node.integerValue else { throw wrongKind(node) }
            return .number(try inRange(number, "\(number)", range))
        case .folders:
            guard let elements = node.arrayValue else { throw wrongKind(node) }
            return .list(try Self.list(elements, of: "an absolute path", Self.folder))
        case .registries:
            guard let elements = node.arrayValue else { throw wrongKind(node) }
            return .list(try Self.list(elements, of: "host or host:port", Self.registry))
        case .sysctls:
            guard let elements = node.arrayValue else { throw wrongKind(node) }
            return .list(try Self.list(elements, of: "a kernel parameter", Self.sysctl))
        case .eviction(let table):
            guard let members = node.members else { throw wrongKind(node) }
            return .table(try table.read(members))
        case .certificateRoles:
            guard let members = node.members else { throw wrongKind(node) }
            return .table(try CertificateRoleTable.read(members))
        case .runtimes:
            guard let members = node.members else { throw wrongKind(node) }
            return .table(try RuntimeTable.read(members))
        case .path:
            guard let path = node.stringValue else { throw wrongKind(node) }
            guard path.isEmpty || path.hasPrefix("/") else {
                throw ConfigurationValueError("\"\(path)\" must be an absolute path")
            }
            return try value(of: path)
        case .bytes:
            // A number alone needs no quotes.
            if let number = node.integerValue { return try value(of: "\(number)") }
            guard let text = node.stringValue else { throw wrongKind(node) }
            return try value(of: text)
        case .mountedPath, .cgroup, .choice, .duration, .idRange, .tcpEndpoint:
            guard let text = node.stringValue else { throw wrongKind(node) }
            return try value(of: text)
        }
    }

    /// The value of a flag or an environment variable.
    func value(of text: String) throws(ConfigurationValueError) -> ConfigurationValue {
        switch self {
        case .path: return .text(try Self.path(text))
        case .mountedPath: return .text(try Self.mountedPath(text))
        case .cgroup: return .text(try Self.cgroup(text))
        case .idRange: return .text(try Self.idRange(text))
        case .tcpEndpoint:
            guard TCPEndpoint(text) != nil else {
                throw ConfigurationValueError("\"\(text)\" is no address such as tcp://127.0.0.1:7443")
            }
            return .text(text)
        case .certificateRoles: return .table(try CertificateRoleTable.read(text))
        case .runtimes: return .table(try RuntimeTable.read(text))
        case .choice(let words):
            guard words.contains(text) else {
                throw ConfigurationValueError(
                    "\"\(text)\" is not one of \(words.joined(separator: ", "))",
                    suggestion: Nearest.name(to: text, among: words)
                )
            }
            return .text(text)
        case .boolean:
            guard let value = ["true": true, "false": false][text] else {
                throw ConfigurationValueError("\"\(text)\" is neither true nor false")
            }
            return .boolean(value)
        case .folders:
            var folders: [String] = []
            for folder in text.split(separator: ",", omittingEmptySubsequences: false) {
                folders.append(try Self.folder(String(folder)))
            }
            return .list(folders)
        case .registries:
            var hosts: [String] = []
            for host in text.split(separator: ",", omittingEmptySubsequences: false) {
                hosts.append(try Self.registry(String(host)))
            }
            return .list(hosts)
        case .sysctls:
            var names: [String] = []
            for name in text.split(separator: ",", omittingEmptySubsequences: false) {
                names.append(try Self.sysctl(String(name)))
            }
            return .list(names)
        case .eviction(let table): return .table(try table.read(text))
        case .duration(let range):
            guard let duration = ConfigurationDuration.parse(text) else {
                throw ConfigurationValueError("\"\(text)\" is no duration such as 30s, 5m or 1h30m")
            }
            guard range.contains(duration) else {
                throw ConfigurationValueError("\"\(text)\" is out of range: wants a \(description)")
            }
            return .duration(duration)
        case .count(let range):
            guard let number = Int64(text) else { throw ConfigurationValueError("\"\(text)\" is no number") }
            return .number(try inRange(number, text, range))
        case .bytes(let range):
            guard let size = ConfigurationBytes.parse(text) else {
                throw ConfigurationValueError("\"\(text)\" is no size such as 512Ki, 10Mi or 1Gi")
            }
            return .bytes(try inRange(size, text, range))
        }
    }

    private func inRange(
        _ number: Int64,
        _ text: String,
        _ range: ClosedRange<Int64>
    ) throws(ConfigurationValueError) -> Int64 {
        guard range.contains(number) else {
            throw ConfigurationValueError("\"\(text)\" is out of range: wants a \(description)")
        }
        return number
    }

    private func wrongKind(_ node: JSONNode) -> ConfigurationValueError {
        ConfigurationValueError("wants \(wanted), not \(node.kind)")
    }

    private var wanted: String {
        switch self {
        case .boolean: "true or false"
        case .registries, .sysctls, .folders: "an array of strings"
        case .eviction: "a mapping of signals such as memory.available"
        case .duration: "a duration such as 30s, 5m or 1h30m"
        case .count: "a number"
        case .bytes: "a size such as 512Ki, 10Mi or 1Gi"
        case .certificateRoles: "a mapping of names such as CN:ops"
        case .runtimes: "a mapping of names such as runc"
        case .path, .mountedPath, .cgroup, .choice, .idRange, .tcpEndpoint: "a string"
        }
    }
}
