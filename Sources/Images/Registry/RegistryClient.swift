import HTTPClient
import OCISpec
import Synchronization

/// Fetches images from registries.
///
/// Tokens are kept for as long as they last, by registry and repository.
public final class RegistryClient: Sendable {
    let configuration: RegistryConfiguration
    let http: HTTPClient
    private let insecureHosts: Mutex<Set<String>>
    private let authorizations = Mutex<[String: Authorization]>([:])

    /// What goes into the Authorization header, and until when.
    struct Authorization: Sendable {
        var header: String
        var expires: ContinuousClock.Instant?
    }

    /// In place of those of files; nil for those.
    let credentials: RegistryCredentials?

    public convenience init(configuration: RegistryConfiguration = RegistryConfiguration(), http: HTTPClient = HTTPClient()) {
        self.init(configuration: configuration, http: http, credentials: nil)
    }

    private init(configuration: RegistryConfiguration, http: HTTPClient, credentials: RegistryCredentials?) {
        self.configuration = configuration
        self.credentials = credentials
        self.http = http
        insecureHosts = Mutex(configuration.insecureHosts)
    }

    /// Names the hosts that are spoken to in plain http, from the next request on; those that are not among them are not any
    /// more.
    public func allowPlainText(hosts: Set<String>) { insecureHosts.withLock { $0 = hosts } }

    /// The same client for somebody with credentials of his own: neither they nor the tokens that they get are anybody else's.
    public func authenticated(with credentials: RegistryCredentials) -> RegistryClient {
        var configuration = configuration
        configuration.insecureHosts = insecureHosts.withLock { $0 }
        return RegistryClient(configuration: configuration, http: http, credentials: credentials)
    }

    private func isInsecure(_ host: String) -> Bool { insecureHosts.withLock { $0.contains(host) } }

    /// Whether a host of an image name or a URL may be spoken to in plain http.
    func allowsPlainText(host: String, port: Int?) -> Bool {
        if HTTPURL.isLoopback(host: host) { return true }
        let names = [host] + (port.map { ["\(host):\($0)"] } ?? [])
        return names.contains { isInsecure($0) }
    }

    /// The URL of something in a repository: `manifests/latest`, `blobs/sha256:…`.
    func url(_ reference: ImageReference, _ path: String) throws -> HTTPURL {
        // What docker calls docker.io answers under another name.
        let host =
            reference.registry == ImageReference.defaultRegistry ? "registry-1.docker.io" : reference.registry
        let parsed = try HTTPURL("https://\(host)/")
        let isPlain =
            isInsecure(reference.registry)
            || allowsPlainText(host: parsed.host, port: parsed.port)
        return try HTTPURL("\(isPlain ? "http" : "https")://\(host)/v2/\(reference.repository)/\(path)")
    }

    private func key(_ reference: ImageReference) -> String { reference.name }

    private func authorization(_ reference: ImageReference) -> Authorization? {
        authorizations.withLock { all in
            guard let found = all[key(reference)] else { return nil }
            if let expires = found.expires, expires <= .now {
                all[key(reference)] = nil
                return nil
            }
            return found
        }
    }

    /// Sends a request for something in a repository, authenticating when the registry wants it.
    ///
    /// An answer that is no success is thrown as a `RegistryError`.
    func send(
        _ request: HTTPRequest,
        for reference: ImageReference,
        subject: String,
        into sink: any HTTPBodySink
    ) async throws -> HTTPResponse {
        var request = request
        request.headers["Authorization"] = authorization(reference)?.header
        var response = try await perform(request, subject, into: sink)
        if response.status == 401 {
            let new = try await authenticate(response, reference)
            authorizations.withLock { $0[key(reference)] = new }
            guard let new else { throw failure(response, subject) }
            request.headers["Authorization"] = new.header
            response = try await perform(request, subject, into: sink)
        }
        guard response.isSuccess else { throw failure(response, subject) }
        return response
    }

    private func perform(
        _ request: HTTPRequest,
        _ subject: String,
        into sink: any HTTPBodySink
    ) async throws -> HTTPResponse {
        do {
            return try await http.send(request, into: sink)
        } catch let error as HTTPError {
            if case .bodyTooLarge(let limit) = error.reason {
                throw RegistryError(subject: subject, reason: .tooLarge(limit: limit))
            }
            throw RegistryError(subject: subject, reason: .unreachable(error))
        }
    }

    /// Tries again what may pass.
    func retrying<Result>(_ body: () async throws -> Result) async throws -> Result {
        var attempt = 1
        while true {
            do {
                return try await body()
            } catch let error as RegistryError where error.isTransient && attempt < configuration.retries.attempts {
                try await Task.sleep(for: configuration.retries.delay(before: attempt, serverAsks: error.retryAfter))
                attempt += 1
            }
        }
    }
}

/// Gathers a document of limited size.
final class DocumentSink: HTTPBodySink, @unchecked Sendable {
    // Written by the HTTP client's thread, read when the transfer is over.
    private(set) var bytes: [UInt8] = []

    func begin(_ response: HTTPResponse, flow: HTTPFlow) {}

    func receive(_ bytes: UnsafeRawBufferPointer) -> HTTPSinkState {
        self.bytes.append(contentsOf: bytes)
        return .taken
    }
}
