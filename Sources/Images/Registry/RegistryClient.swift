import HTTPClient
import Linux
import OCISpec
import Synchronization

/// Fetches images from registries, and brings them there.
///
/// Tokens are kept for as long as they last, by registry, repository and what they allow.
public final class RegistryClient: Sendable {
    let configuration: RegistryConfiguration
    let http: HTTPClient
    let registries: RegistriesCache
    private let insecureHosts: Mutex<Set<String>>
    private let authorizations = Mutex<[String: Authorization]>([:])
    /// Of insecure hosts the scheme that they were found to speak.
    private let schemes = Mutex<[String: String]>([:])

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
        registries = RegistriesCache(configuration.registries)
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
        let names = [host] + (port.map { ["\(host):\($0)"] } ?? [])
        // One that was given certificates is meant to be spoken to with them.
        if HTTPURL.isLoopback(host: host) { return !names.contains(where: hasCertificates) }
        return names.contains { isInsecure($0) }
    }

    private func hasCertificates(_ host: String) -> Bool {
        configuration.certificateFolders.contains { FileSystem.exists("\($0)/\(host)") }
    }

    /// The host and port that a registry of an image name is reached at.
    private static func authority(_ registry: String) -> String {
        // What docker calls docker.io answers under another name.
        registry == ImageReference.defaultRegistry ? "registry-1.docker.io" : registry
    }

    /// The URL of the API of a route's registry: `…/v2/`.
    @inline(never)
    func base(_ route: RegistryRoute) async throws -> HTTPURL {
        let registry = route.reference.registry
        let authority = Self.authority(registry)
        let parsed = try HTTPURL("https://\(authority)/")
        let scheme: String
        if isInsecure(registry) {
            scheme = "http"
        } else if isUnverified(route) {
            scheme = try await probedScheme(of: authority)
        } else {
            scheme = allowsPlainText(host: parsed.host, port: parsed.port) ? "http" : "https"
        }
        return try HTTPURL("\(scheme)://\(authority)/v2/")
    }

    /// The URL of something in a repository: `manifests/latest`, `blobs/sha256:…`.
    // Inlined, it takes the compiler's coroutine pass down (Swift 6.3).
    @inline(never)
    func url(_ route: RegistryRoute, _ path: String) async throws -> HTTPURL {
        try await base(route).resolving("\(route.reference.repository)/\(path)")
    }

    private func isUnverified(_ route: RegistryRoute) -> Bool {
        route.isInsecure || configuration.unverifiedHosts.contains(route.reference.registry)
    }

    /// An insecure registry is one with a certificate that nobody vouches for, or without any: it is asked which.
    private func probedScheme(of authority: String) async throws -> String {
        if let known = schemes.withLock({ $0[authority] }) { return known }
        var request = HTTPRequest(.get, try HTTPURL("https://\(authority)/v2/"), timeout: configuration.documentTimeout)
        request.carriage.verifiesServer = false
        request.carriage.enoughBody = 0
        var scheme = "https"
        do {
            _ = try await http.send(request, into: DocumentSink())
        } catch let error as HTTPError {
            switch error.reason {
            case .tls, .couldNotConnect, .badResponse, .connectionLost: scheme = "http"
            default: throw RegistryError(subject: authority, reason: .unreachable(error))
            }
        }
        schemes.withLock { $0[authority] = scheme }
        return scheme
    }

    /// How a route's registry is spoken to.
    private func carriage(_ route: RegistryRoute, _ given: HTTPRequest.Carriage) throws(RegistryError) -> HTTPRequest.Carriage {
        var carriage = given
        if isUnverified(route) { carriage.verifiesServer = false }
        carriage.certificates = try HostCertificates.of(route.reference.registry, in: configuration.certificateFolders)
        return carriage
    }

    private func authorization(_ key: String) -> Authorization? {
        authorizations.withLock { all in
            guard let found = all[key] else { return nil }
            if let expires = found.expires, expires <= .now {
                all[key] = nil
                return nil
            }
            return found
        }
    }

    /// Sends a request for something in a repository, authenticating when the registry wants it.
    ///
    /// An answer that is no success is thrown as a `RegistryError`, unless its status is one of `tolerating`.
    func send(
        _ request: HTTPRequest,
        for route: RegistryRoute,
        access: RegistryAccess = .pull,
        subject: String,
        into sink: any HTTPBodySink = DocumentSink(),
        tolerating: Set<Int> = []
    ) async throws -> HTTPResponse {
        var request = request
        request.carriage = try carriage(route, request.carriage)
        // An upload may be led to another host, which is not to see what is for this one.
        let home = try await base(route)
        let isHome = (home.scheme, home.host, home.port) == (request.url.scheme, request.url.host, request.url.port)
        guard isHome else {
            request.carriage.certificates.client = nil
            return try success(try await perform(request, subject, into: sink), subject, tolerating)
        }
        let key = "\(route.reference.name) \(access)"
        request.headers["Authorization"] = authorization(key)?.header
        var response = try await perform(request, subject, into: sink)
        if response.status == 401 {
            let new = try await authenticate(response, route, access, request.carriage)
            authorizations.withLock { $0[key] = new }
            guard let new else { return try success(response, subject, tolerating) }
            request.headers["Authorization"] = new.header
            response = try await perform(request, subject, into: sink)
        }
        return try success(response, subject, tolerating)
    }

    private func success(_ response: HTTPResponse, _ subject: String, _ tolerating: Set<Int>) throws(RegistryError) -> HTTPResponse {
        guard response.isSuccess || tolerating.contains(response.status) else { throw failure(response, subject) }
        for warning in response.headers.values("Warning") {
            if let text = RegistryWarning.text(warning) { configuration.warn("\(subject): \(text)") }
        }
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

/// What a token is to allow (distribution, "Token Scope Documentation").
struct RegistryAccess: Sendable, Hashable, CustomStringConvertible {
    var actions: String
    /// A repository that is read from besides, for a mount.
    var source: String?

    static let pull = RegistryAccess(actions: "pull")
    static let push = RegistryAccess(actions: "pull,push")
    static let delete = RegistryAccess(actions: "pull,delete")

    var description: String { actions + (source.map { " \($0)" } ?? "") }

    /// The scopes of a repository.
    func scopes(_ repository: String) -> [String] {
        ["repository:\(repository):\(actions)"] + (source.map { ["repository:\($0):pull"] } ?? [])
    }
}

/// A `Warning` header as registries send it (distribution specification, "Warnings").
package enum RegistryWarning {
    private static let lengthLimit = 300

    /// The text of one: `299 - "text"`; nil where it is none of that form.
    package static func text(_ header: String) -> String? {
        guard header.hasPrefix("299 - \""), let end = header.lastIndex(of: "\""), header.utf8.count > 8 else { return nil }
        let start = header.index(header.startIndex, offsetBy: 7)
        guard start < end else { return nil }
        let text = header[start..<end].replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
        return String(text.prefix(lengthLimit).map { $0.isNewline || $0.asciiValue.map { $0 < 0x20 } ?? false ? " " : $0 })
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
