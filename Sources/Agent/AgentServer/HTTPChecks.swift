import NIOHTTP1

/// What a request must be before anybody looks at what it asks.
enum HTTPChecks {
    /// Host, Origin and the framing headers. A browser always says where a script comes from: no page may use the agent
    /// through a proxy of somebody's socket (CSRF, DNS rebinding), as long as no origin is configured.
    ///
    /// - Parameter names: those by which the server may be called; nil for any.
    static func refusal(of head: HTTPRequestHead, names: [String]?) -> HTTPServing.Answer? {
        let hosts = head.headers["Host"]
        if head.version != .http1_0 && hosts.count != 1 { return .text(.badRequest, "one Host header is needed") }
        if let host = hosts.first {
            guard isHost(host) else { return .text(.badRequest, "the Host header is malformed") }
            if let names, !isOurs(host, names) { return .text(.misdirectedRequest, "this server has no such name") }
        }
        if head.headers.contains(name: "Origin"), !isOfStatusPage(head) {
            return .text(.forbidden, "requests of web pages are not allowed")
        }
        // RFC 9112, 6.1: a message with both may be an attempt to smuggle a request past a proxy.
        if head.headers.contains(name: "Transfer-Encoding") && head.headers.contains(name: "Content-Length") {
            return .text(.badRequest, "Transfer-Encoding and Content-Length exclude each other")
        }
        return nil
    }

    /// The status page asks for its own files: browsers send an origin with a module even where it is the page's own. Which
    /// hosts that page is for, `StatusServing` says.
    private static func isOfStatusPage(_ head: HTTPRequestHead) -> Bool {
        guard head.method == .GET || head.method == .HEAD, head.uri == "/ui" || head.uri.hasPrefix("/ui/") else { return false }
        guard let host = head.headers["Host"].first else { return false }
        return head.headers["Origin"].allSatisfy { $0 == "http://\(host)" || $0 == "https://\(host)" }
    }

    /// A form cannot say `application/json`, so that a page cannot post here without asking first (CORS).
    static func contentRefusal(of head: HTTPRequestHead) -> HTTPServing.Answer? {
        let types = head.headers["Content-Type"]
        let type = types.first?.split(separator: ";").first.map { $0.lowercased().filter { $0 != " " } }
        guard types.count == 1, type == "application/json" else {
            return .text(.unsupportedMediaType, "Content-Type must be application/json")
        }
        return nil
    }

    /// A name that leads here today may be anybody's (DNS rebinding): only addresses, `localhost` and the names of the
    /// server's certificate count.
    private static func isOurs(_ host: String, _ names: [String]) -> Bool {
        if host.hasPrefix("[") { return true }
        let name = host.split(separator: ":", omittingEmptySubsequences: false)[0].lowercased()
        let isAddress = name.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".") }
        if isAddress || name == "localhost" { return true }
        return names.contains { known in
            let known = known.lowercased()
            guard known.hasPrefix("*.") else { return known == name }
            // One label, as in the certificate's own check.
            guard let dot = name.firstIndex(of: ".") else { return false }
            return name[dot...] == known.dropFirst()
        }
    }

    /// `name`, `name:port`, `[address]:port`.
    private static func isHost(_ host: String) -> Bool {
        host.utf8.count <= 255
            && host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "%"):
                    true
                default: false
                }
            }
    }
}

/// A request's target: the path, and the names and values of its query.
struct HTTPTarget: Sendable {
    let path: String
    private let values: [String: String]

    init(_ uri: String) {
        let parts = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        var values: [String: String] = [:]
        for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            values[Self.decoded(halves[0])] = halves.count > 1 ? Self.decoded(halves[1]) : ""
        }
        self.values = values
    }

    func has(_ name: String) -> Bool { values[name] != nil }
    func value(_ name: String) -> String? { values[name] }

    /// As forms are encoded (WHATWG URL, 5.1): `%41` and `+` stand for bytes; a `%` that is followed by no digits for itself.
    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
