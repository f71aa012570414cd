/// What is asked of a server.
public struct HTTPRequest: Sendable {
    /// The methods that reading and asking need.
    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
    }

    /// How a request is carried. The defaults are for servers that are to be believed.
    public struct Carriage: Sendable, Hashable {
        /// Whether the answer may come from where a redirect leads.
        public var followsRedirects = true
        /// Whether the server's certificate must be good. Without, anybody can answer: for questions only whose answers
        /// need no trust, and that carry no secret.
        public var verifiesServer = true
        /// Whether the proxies that the environment names are used.
        public var usesProxies = true
        /// HTTP/2 without TLS and without asking first (RFC 9113, 3.3); HTTP/1.1 otherwise.
        public var speaksClearHTTP2 = false
        /// After so many bytes of body the answer counts as complete, whatever would follow.
        public var enoughBody: Int64?

        public init() {}
    }

    public var method: Method
    public var url: HTTPURL
    public var headers: HTTPHeaders
    /// What is sent along with `.post`.
    public var body: [UInt8] = []
    /// The longest time for all of it, redirects and body included; nil where the length of the body is open.
    public var timeout: Duration?
    /// The most bytes of body that are taken; more is an error.
    public var bodyLimit: Int64?
    public var carriage = Carriage()

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
