import CCurl
import Glibc

/// A request that got no complete answer. An answer with a bad status is no error here.
public struct HTTPError: Error, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Reason: Sendable, Equatable {
        case invalidURL
        /// Neither http nor https, or a redirect from https to http.
        case forbiddenScheme
        case couldNotResolve
        /// No connection; the errno is that of connect(2): ECONNREFUSED, ENETUNREACH…
        case couldNotConnect(errno: Int32)
        case timedOut
        /// No secure connection: certificate, protocol, host name.
        case tls
        case tooManyRedirects
        /// The connection ended before the body did.
        case connectionLost
        /// The server does not speak HTTP.
        case badResponse
        case bodyTooLarge(limit: Int64)
        case cancelled
        /// Something else; the code is libcurl's.
        case other(code: UInt32)
    }

    public var url: String
    public var reason: Reason
    /// libcurl's own words.
    public var message: String

    public init(url: String, reason: Reason, message: String) {
        self.url = url
        self.reason = reason
        self.message = message
    }

    public var description: String { "\(url): \(message)" }

    /// Whether the same request may well succeed a moment later.
    public var isTransient: Bool {
        switch reason {
        case .timedOut, .connectionLost: true
        default: false
        }
    }
}

extension HTTPError {
    init(code: CURLcode, systemError: Int32, url: String, detail: String) {
        let general = String(cString: ccurl_easy_strerror(code))
        self.url = url
        self.message = detail.isEmpty ? general : detail
        self.reason =
            switch code {
            case CURLE_URL_MALFORMAT: .invalidURL
            // libcurl has one code for a scheme that it may not use and for bytes that are no HTTP/1.
            case CURLE_UNSUPPORTED_PROTOCOL: detail.contains("HTTP/0.9") ? .badResponse : .forbiddenScheme
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .couldNotResolve
            case CURLE_COULDNT_CONNECT: .couldNotConnect(errno: systemError)
            case CURLE_OPERATION_TIMEDOUT: .timedOut
            case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_CERTPROBLEM,
                CURLE_SSL_CIPHER, CURLE_PEER_FAILED_VERIFICATION, CURLE_USE_SSL_FAILED, CURLE_SSL_CACERT_BADFILE,
                CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR,
                CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT:
                .tls
            case CURLE_TOO_MANY_REDIRECTS: .tooManyRedirects
            case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR: .connectionLost
            case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING: .badResponse
            case CURLE_ABORTED_BY_CALLBACK: .cancelled
            default: .other(code: code.rawValue)
            }
    }
}
