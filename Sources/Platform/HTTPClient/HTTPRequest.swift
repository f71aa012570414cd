/// What is asked of a server.
public struct HTTPRequest: Sendable {
    /// The methods that reading needs.
    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
    }

    public var method: Method
    public var url: HTTPURL
    public var headers: HTTPHeaders
    /// The longest time for all of it, redirects and body included; nil where the length of the body is open.
    public var timeout: Duration?
    /// The most bytes of body that are taken; more is an error.
    public var bodyLimit: Int64?

    public init(
        _ method: Method = .get,
        _ url: HTTPURL,
        headers: HTTPHeaders = HTTPHeaders(),
        timeout: Duration? = nil,
        bodyLimit: Int64? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.timeout = timeout
        self.bodyLimit = bodyLimit
    }
}
