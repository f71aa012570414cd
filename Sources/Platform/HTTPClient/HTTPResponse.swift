/// What a server answered, without the body of a success.
public struct HTTPResponse: Sendable {
    public var status: Int
    public var headers: HTTPHeaders
    /// Where the answer came from in the end, after redirects.
    public var url: String
    /// The beginning of the body of an answer that is no success, for the message; at most 16 KiB.
    public var failureBody: [UInt8] = []

    /// Whether the status is 2xx.
    public var isSuccess: Bool { (200..<300).contains(status) }
    /// The media type of the body without parameters.
    public var contentType: String? {
        headers["Content-Type"].flatMap { value in
            value.split(separator: ";").first.map { $0.filter { !$0.isWhitespace }.lowercased() }
        }
    }
}
