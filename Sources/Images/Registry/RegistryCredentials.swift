/// What a caller brings along to be let in by a registry. It shows up in no description.
public enum RegistryCredentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    case password(Credentials)
    /// Of OAuth 2, for the registry's token server to be exchanged for an access token.
    case identityToken(String)
    /// For the registry itself, as it is.
    case registryToken(String)

    public var description: String { "***" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
