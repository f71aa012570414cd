import HTTPClient
import JSONCoding
import OCISpec

extension RegistryClient {
    /// A token server's answer (distribution, "Token Authentication Specification").
    private struct TokenBody: Decodable {
        var token: String?
        var accessToken: String?
        var expiresIn: Int?

        enum CodingKeys: String, CodingKey {
            case token
            case accessToken = "access_token"
            case expiresIn = "expires_in"
        }
    }

    private static let tokenLimit: Int64 = 1 << 20

    /// What to send along after a 401: a token, or user and password; nil when there is nothing that would help.
    func authenticate(
        _ response: HTTPResponse,
        _ route: RegistryRoute,
        _ access: RegistryAccess,
        _ carriage: HTTPRequest.Carriage
    ) async throws -> Authorization? {
        let challenges = response.headers.values("WWW-Authenticate").flatMap(AuthenticationChallenge.parse)
        var known = self.credentials
        if known == nil {
            let store = CredentialStore(files: configuration.credentialFiles, helpers: try registries.current().credentialHelpers)
            known = try await store.credentials(for: route.reference)
        }
        if case .registryToken(let token)? = known {
            guard token.isHeaderText else { return nil }
            return Authorization(header: "Bearer \(token)", expires: nil)
        }
        if let bearer = challenges.first(where: { $0.scheme == "bearer" }) {
            return try await token(bearer, route.reference, access, known, carriage)
        }
        guard challenges.contains(where: { $0.scheme == "basic" }), case .password(let credentials)? = known else { return nil }
        return Authorization(header: credentials.basic, expires: nil)
    }

    private func token(
        _ challenge: AuthenticationChallenge,
        _ reference: ImageReference,
        _ access: RegistryAccess,
        _ credentials: RegistryCredentials?,
        _ carriage: HTTPRequest.Carriage
    ) async throws -> Authorization {
        func problem(_ text: String) -> RegistryError {
            RegistryError(subject: reference.description, reason: .authenticationProtocol(text))
        }
        guard let realm = challenge.parameters["realm"] else { throw problem("a bearer challenge without a realm") }
        // Whoever only logs in asks for nothing.
        let scopes = access.actions.isEmpty ? [] : access.scopes(reference.repository)
        var query = scopes.map { "scope=\($0.percentEncoded)" }.joined(separator: "&")
        if let service = challenge.parameters["service"] { query = "service=\(service.percentEncoded)" + (query.isEmpty ? "" : "&\(query)") }
        var form: String?
        if case .identityToken(let token)? = credentials {
            // RFC 6749, 3.3: scopes stand in one parameter.
            let scope = "scope=\(scopes.joined(separator: " ").percentEncoded)"
            let service = challenge.parameters["service"].map { "service=\($0.percentEncoded)&" } ?? ""
            form = "grant_type=refresh_token&client_id=swiftlet&\(service)\(scope)&refresh_token=\(token.percentEncoded)"
        }
        let url: HTTPURL
        do {
            url = try HTTPURL(form == nil ? realm + (realm.contains("?") ? "&" : "?") + query : realm)
        } catch {
            throw problem("the realm \"\(realm)\" is no http URL")
        }
        // A registry must not talk us into sending credentials, or fetching a token for them, in clear.
        guard url.scheme == "https" || allowsPlainText(host: url.host, port: url.port) else {
            throw problem("the realm \"\(realm)\" is not encrypted")
        }
        var request = HTTPRequest(.get, url, timeout: configuration.documentTimeout, bodyLimit: Self.tokenLimit)
        if url.host == (try? HTTPURL("https://\(reference.registry)/"))?.host {
            request.carriage.certificates = carriage.certificates
            request.carriage.verifiesServer = carriage.verifiesServer
        }
        if case .password(let credentials)? = credentials { request.headers["Authorization"] = credentials.basic }
        if let form {
            // RFC 6749, 6.
            request.method = .post
            request.headers["Content-Type"] = "application/x-www-form-urlencoded"
            request.body = Array(form.utf8)
        }
        let (response, body): (HTTPResponse, [UInt8])
        do {
            (response, body) = try await http.collect(request)
        } catch let error as HTTPError {
            throw RegistryError(subject: reference.description, reason: .unreachable(error))
        }
        guard response.isSuccess else { throw failure(response, reference.description) }
        // The parser's error may quote the text, and with it the token.
        guard let answer = try? JSON.decode(TokenBody.self, from: body), let token = answer.token ?? answer.accessToken,
            token.isHeaderText
        else { throw problem("\(url.host) sent no token") }
        // The specification's default is a minute. A little less, so that it does not end on the way.
        let lifetime = Duration.seconds(max(10, min(answer.expiresIn ?? 60, 3600)) - 5)
        return Authorization(header: "Bearer \(token)", expires: .now + lifetime)
    }
}

extension String {
    /// Everything but RFC 3986's unreserved characters as `%XX`.
    var percentEncoded: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether it may stand in a header as a token.
    fileprivate var isHeaderText: Bool { !isEmpty && utf8.allSatisfy { (0x21...0x7E).contains($0) } }
}
