import NIOHTTP1

/// What a request must be before anybody looks at what it asks.
enum HTTPChecks {
    /// Host, Origin and the framing headers. A browser always says where a script comes from: no page may use the agent
    /// through a proxy of somebody's socket (CSRF, DNS rebinding), as long as no origin is configured.
    static func refusal(of head: HTTPRequestHead) -> HTTPServing.Answer? {
        let hosts = head.headers["Host"]
        if head.version != .http1_0 && hosts.count != 1 { return .text(.badRequest, "one Host header is needed") }
        if let host = hosts.first, !isHost(host) { return .text(.badRequest, "the Host header is malformed") }
        if head.headers.contains(name: "Origin") {
            return .text(.forbidden, "requests of web pages are not allowed")
        }
        // RFC 9112, 6.1: a message with both may be an attempt to smuggle a request past a proxy.
        if head.headers.contains(name: "Transfer-Encoding") && head.headers.contains(name: "Content-Length") {
            return .text(.badRequest, "Transfer-Encoding and Content-Length exclude each other")
        }
        return nil
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

/// A request's target: the path and the names of its query. The few pages there are take no values.
struct HTTPTarget: Sendable {
    let path: String
    private let names: Set<Substring>

    init(_ uri: String) {
        let parts = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        let query = parts.count > 1 ? parts[1] : ""
        names = Set(query.split(separator: "&").compactMap { $0.split(separator: "=").first })
    }

    func has(_ name: String) -> Bool { names.contains(name[...]) }
}
