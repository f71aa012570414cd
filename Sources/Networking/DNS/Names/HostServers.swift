/// The servers that the host asks: resolv.conf(5).
package struct HostServers: Sendable, Hashable {
    /// In digits, with their zones; as many as the C library asks.
    package private(set) var servers: [String] = []

    static let path = "/etc/resolv.conf"
    private static let limit = 3

    package init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.first == "nameserver", words.count > 1 else { continue }
            servers.append(String(words[1]))
            if servers.count == HostServers.limit { return }
        }
    }
}
