import JSONCoding

/// One entry of docker's credentials: what is known for a registry, or for a part of it.
struct CredentialEntry: Decodable, Sendable {
    /// `user:password` in base64.
    var auth: String?
    var username: String?
    var password: String?
    /// Of OAuth 2, in place of a password.
    var identitytoken: String?
    /// For the registry itself.
    var registrytoken: String?

    /// An `auth` that is no user and password.
    struct Malformed: Error {}

    /// Nil where the entry says nothing.
    func credentials() throws(Malformed) -> Credentials? {
        if let username, let password { return Credentials(user: username, password: password) }
        guard let auth, !auth.isEmpty else { return nil }
        guard let bytes = Base64.decode(auth, padding: .ignored), let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else {
            throw Malformed()
        }
        return Credentials(
            user: String(decoding: bytes[..<colon], as: UTF8.self),
            password: String(decoding: bytes[(colon + 1)...].prefix { $0 != 0 }, as: UTF8.self)
        )
    }

    /// With the tokens; nil where the entry says nothing.
    func registryCredentials() throws(Malformed) -> RegistryCredentials? {
        if let identitytoken, !identitytoken.isEmpty { return .identityToken(identitytoken) }
        if let registrytoken, !registrytoken.isEmpty { return .registryToken(registrytoken) }
        return try credentials().map { .password($0) }
    }
}
