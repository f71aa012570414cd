/// What is asked of a server.
public struct HTTPRequest: Sendable {
    /// The methods that reading, asking and uploading need.
    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
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
        /// Whom to trust and who we are, beyond the system's.
        public var certificates = HTTPCertificates()

        public init() {}
    }

    public var method: Method
    public var url: HTTPURL
    public var headers: HTTPHeaders
    /// What is sent along with `.post`, `.put` and `.patch`.
    public var body: [UInt8] = []
    /// What is sent in place of `body`, as it is asked for. A request with one is answered by whom it was sent to: redirects
    /// are not followed.
    public var bodySource: (any HTTPBodySource)?
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
