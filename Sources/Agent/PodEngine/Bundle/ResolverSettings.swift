import PodSpec

/// What a resolv.conf says, and how the kubelet puts one together. Pure: texts in, texts out.
package struct ResolverSettings: Sendable, Hashable {
    /// The limits of the C library's resolver, which the kubelet keeps too.
    private static let mostServers = 3
    private static let mostSearches = 32
    private static let searchesLength = 2048

    package var servers: [String] = []
    package var searches: [String] = []
    /// Each as it stands in the file: `ndots:2`, `rotate`.
    package var options: [String] = []

    package init() {}

    /// Reads resolv.conf(5): the last `search` line counts, options add up.
    package init(parsing text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
            guard let keyword = words.first else { continue }
            let values = Array(words.dropFirst())
            switch keyword {
            case "nameserver": servers += values.prefix(1)
            case "search", "domain": searches = values
            case "options": options = Self.merge(options, values.map { Self.split($0) })
            default: break
            }
        }
    }

    /// Adds what a pod wants: behind what is there, no server or domain twice, options by their names.
    package mutating func add(_ wanted: Pod.DNSConfig) {
        servers = Self.unique(servers + wanted.nameservers)
        searches = Self.unique(searches + wanted.searches)
        options = Self.merge(options, wanted.options.map { ($0.name, $0.value ?? "") })
    }

    /// Leaves out what is more than a resolver takes; answers what that was.
    package mutating func fit() -> [String] {
        var omitted: [String] = []
        if servers.count > Self.mostServers {
            omitted += servers[Self.mostServers...].map { "nameserver \($0)" }
            servers.removeLast(servers.count - Self.mostServers)
        }
        var length = -1
        let fitting = searches.prefix(Self.mostSearches).prefix { domain in
            length += 1 + domain.utf8.count
            return length <= Self.searchesLength
        }
        omitted += searches[fitting.endIndex...].map { "search \($0)" }
        searches = Array(fitting)
        return omitted
    }

    package var text: String {
        var lines: [String] = []
        if !searches.isEmpty { lines.append("search \(searches.joined(separator: " "))") }
        lines += servers.map { "nameserver \($0)" }
        if !options.isEmpty { lines.append("options \(options.joined(separator: " "))") }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func unique(_ values: [String]) -> [String] {
        var seen: Set<String> = []
        return values.filter { seen.insert($0).inserted }
    }

    private static func split(_ option: String) -> (String, String) {
        let parts = option.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return (parts[0], parts.count == 2 ? parts[1] : "")
    }

    /// A later value of an option takes the place of an earlier one.
    private static func merge(_ options: [String], _ more: [(name: String, value: String)]) -> [String] {
        var merged: [(name: String, value: String)] = []
        for (name, value) in options.map(split) + more {
            if let index = merged.firstIndex(where: { $0.name == name }) {
                merged[index].value = value
            } else {
                merged.append((name, value))
            }
        }
        return merged.map { $0.value.isEmpty ? $0.name : "\($0.name):\($0.value)" }
    }
}
