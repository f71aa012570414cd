import CCurl

/// An absolute http or https URL without user and password, as libcurl's own parser understands it.
public struct HTTPURL: Sendable, Hashable, CustomStringConvertible {
    /// `http` or `https`.
    public let scheme: String
    /// The host without brackets around an IPv6 address, in lower case.
    public let host: String
    /// The port, also where it is the scheme's own.
    public let port: Int
    /// The whole URL.
    public let text: String

    public var description: String { text }

    /// Path and query: what a request names. Never empty.
    public let target: String

    /// Reads a URL.
    public init(_ text: String) throws(HTTPError) {
        try self.init([text])
    }

    /// What a reference that was found at this URL means, absolute or not (RFC 3986, 5).
    public func resolving(_ reference: String) throws(HTTPError) -> HTTPURL {
        try HTTPURL([text, reference])
    }

    /// Each text is read as it is seen from the one before.
    private init(_ texts: [String]) throws(HTTPError) {
        let text = texts.last ?? ""
        try CurlLibrary.load(for: text)
        guard let handle = ccurl_url() else {
            throw HTTPError(url: text, reason: .invalidURL, message: "out of memory")
        }
        defer { ccurl_url_cleanup(handle) }
        for text in texts {
            let code = ccurl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_DISALLOW_USER))
            guard code == CURLUE_OK else {
                throw HTTPError(url: text, reason: .invalidURL, message: String(cString: ccurl_url_strerror(code)))
            }
        }
        func part(_ part: CURLUPart, _ flags: Int32 = 0) -> String? {
            var value: UnsafeMutablePointer<CChar>?
            guard ccurl_url_get(handle, part, &value, UInt32(flags)) == CURLUE_OK, let value else { return nil }
            defer { ccurl_free(value) }
            return String(cString: value)
        }
        guard let scheme = part(CURLUPART_SCHEME), scheme == "http" || scheme == "https" else {
            throw HTTPError(url: text, reason: .forbiddenScheme, message: "only http and https URLs are fetched")
        }
        guard let host = part(CURLUPART_HOST)?.lowercased(), !host.isEmpty,
            let port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT).flatMap({ Int($0) }), let whole = part(CURLUPART_URL)
        else {
            throw HTTPError(url: text, reason: .invalidURL, message: "no host")
        }
        self.scheme = scheme
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        self.port = port
        self.text = whole
        let path = part(CURLUPART_PATH) ?? "/"
        target = part(CURLUPART_QUERY).map { "\(path)?\($0)" } ?? path
    }

    /// Whether the host is this machine itself by its very name or address: never by what a name server says.
    public var isLoopback: Bool { HTTPURL.isLoopback(host: host) }

    /// Whether a host is this machine itself: `localhost`, 127.0.0.0/8 or ::1.
    public static func isLoopback(host: String) -> Bool {
        let host = host.lowercased()
        if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127"
            && numbers.allSatisfy { $0.utf8.count <= 3 && UInt8($0) != nil && $0.first != "+" }
    }
}
