import HTTPClient
import PodSpec

/// One GET as it goes to a server.
struct HTTPGetRequest: Sendable, Hashable {
    private(set) var isSecure: Bool
    /// A name or an address, without brackets.
    private(set) var host: String
    private(set) var port: UInt16
    /// Path and query, as they stand in the request.
    private(set) var target: String
    private let headers: [HTTPGetAction.Header]
    private let userAgent: String

    init(_ action: HTTPGetAction, host: String, port: UInt16, _ purpose: HandlerPurpose) {
        isSecure = action.scheme == "HTTPS"
        self.host = host
        self.port = port
        target = Self.target(of: action.path ?? "/")
        headers = action.httpHeaders
        userAgent = "\(purpose == .probe ? "swiftlet-probe" : "swiftlet-lifecycle")/\(HandlerRunner.version)"
    }

    /// The same question at another place.
    func redirected(to url: HTTPURL) -> HTTPGetRequest {
        var request = self
        request.isSecure = url.scheme == "https"
        request.host = url.host
        // A URL's port has been a 16-bit number for libcurl already.
        request.port = UInt16(clamping: url.port)
        request.target = Self.target(of: url.target)
        return request
    }

    var url: String { "\(isSecure ? "https" : "http")://\(authority)\(target)" }

    private var authority: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// What no request line can hold is put into `%XX`; a fragment is the client's own affair.
    private static func target(of path: String) -> String {
        var target: [UInt8] = path.utf8.first == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in path.utf8.prefix(while: { $0 != UInt8(ascii: "#") }) {
            if byte > 0x20 && byte < 0x7F {
                target.append(byte)
            } else {
                target += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: target, as: UTF8.self)
    }

    /// The header fields besides `Host`… and `Host` where the manifest has one. A value that would end its line is refused: it
    /// could make a second request.
    func fields() throws(InvalidHeader) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        for header in headers {
            guard header.value.utf8.allSatisfy({ $0 == 9 || $0 >= 0x20 && $0 != 0x7F }) else {
                throw InvalidHeader(name: header.name)
            }
            fields.append((header.name, header.value))
        }
        for (name, value) in [("User-Agent", userAgent), ("Accept", "*/*")] where !has(name) { fields.append((name, value)) }
        // An empty one stands for none.
        return fields.filter { !$0.value.isEmpty || !["user-agent", "accept"].contains($0.name.lowercased()) }
    }

    private func has(_ name: String) -> Bool { headers.contains { $0.name.lowercased() == name.lowercased() } }

    /// The request of HTTP/1.1. One connection a request, as the kubelet's probes have it.
    func bytes() throws(InvalidHeader) -> [UInt8] {
        var text = "GET \(target) HTTP/1.1\r\n"
        if !has("Host") { text += "Host: \(authority)\r\n" }
        for field in try fields() { text += "\(field.name): \(field.value)\r\n" }
        text += "Connection: close\r\n\r\n"
        return Array(text.utf8)
    }
}

/// A header that cannot be sent.
struct InvalidHeader: Error, CustomStringConvertible {
    var name: String
    var description: String { "invalid header field value for \"\(name)\"" }
}
