import JSONCoding
import OCISpec

/// Credentials by registry and repository, in docker's format, as somebody brings them along: a Secret of a pod. They show up in
/// no description.
public struct CredentialTable: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public enum Form: Sendable, Hashable {
        /// `{"auths": {"registry.lan": {…}}}`: docker's config.json.
        case configuration
        /// `{"registry.lan": {…}}`: the older .dockercfg.
        case legacy
    }

    /// Why there is no table. Says nothing of what stands there.
    public struct Malformed: Error, CustomStringConvertible {
        public var description: String
    }

    private struct Configuration: Decodable {
        var auths: [String: CredentialEntry]
    }

    private let entries: [(place: RegistryPlace, credentials: Credentials)]

    /// Reads a table.
    public init(_ bytes: [UInt8], form: Form) throws(Malformed) {
        let table: [String: CredentialEntry]
        do {
            switch form {
            case .configuration: table = try JSON.decode(Configuration.self, from: bytes).auths
            case .legacy: table = try JSON.decode([String: CredentialEntry].self, from: bytes)
            }
        } catch {
            // The parser's error may quote the text, and with it a secret.
            throw Malformed(description: "no credentials in docker's format")
        }
        var entries: [(RegistryPlace, Credentials)] = []
        for (key, entry) in table {
            do throws(CredentialEntry.Malformed) {
                if let found = try entry.credentials() { entries.append((RegistryPlace(key), found)) }
            } catch {
                throw Malformed(description: "the entry for \(key) is malformed")
            }
        }
        self.entries = entries
    }

    /// Those that may be meant for an image, the most specific first.
    public func credentials(for reference: ImageReference) -> [Credentials] {
        entries.filter { $0.place.holds(reference) }.sorted { $0.place > $1.place }.map(\.credentials)
    }

    public var description: String { "***" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a key of docker's credentials names: a registry, or a part of it. `*` stands for any rest of a label of the host's name.
struct RegistryPlace: Sendable, Hashable, Comparable {
    private let host: String
    private let path: [String]

    /// `registry.lan:5000/team`, `https://index.docker.io/v1/`, `*.lan`.
    init(_ key: String) {
        var rest = Substring(key)
        for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
        var parts = rest.split(separator: "/").map(String.init)
        let host = parts.isEmpty ? "" : parts.removeFirst().lowercased()
        // Versions of the API, which older clients wrote behind the host.
        if parts == ["v1"] || parts == ["v2"] { parts = [] }
        self.host = ["index.docker.io", "registry-1.docker.io"].contains(host) ? ImageReference.defaultRegistry : host
        path = parts
    }

    func holds(_ reference: ImageReference) -> Bool {
        let repository = reference.repository.split(separator: "/").map(String.init)
        return Self.matches(reference.registry.lowercased(), host) && repository.starts(with: path)
    }

    private static func matches(_ host: String, _ pattern: String) -> Bool {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        let patterns = pattern.split(separator: ".", omittingEmptySubsequences: false)
        return labels.count == patterns.count && zip(labels, patterns).allSatisfy(matches(label:_:))
    }

    /// One label, with its port where it is the last. A port is never meant by `*`.
    private static func matches(label: Substring, _ pattern: Substring) -> Bool {
        guard let star = pattern.firstIndex(of: "*") else { return label == pattern }
        let (before, after) = (pattern[..<star], pattern[pattern.index(after: star)...])
        guard label.count >= before.count + after.count, label.hasPrefix(before), label.hasSuffix(after) else { return false }
        return !label.dropFirst(before.count).dropLast(after.count).contains(":")
    }

    /// Longer paths are more specific, and then names without a `*`.
    static func < (a: RegistryPlace, b: RegistryPlace) -> Bool {
        (a.path.count, b.host.contains("*") ? 1 : 0, a.host) < (b.path.count, a.host.contains("*") ? 1 : 0, b.host)
    }
}
