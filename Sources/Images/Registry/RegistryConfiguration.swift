/// How registries are spoken to.
public struct RegistryConfiguration: Sendable {
    /// Hosts, as they stand in image names (`registry.lan:5000`), that are spoken to in plain http. Loopback hosts
    /// always are.
    public var insecureHosts: Set<String> = []
    /// Hosts whose certificate is not looked at, or that may have none: https is tried first.
    public var unverifiedHosts: Set<String> = []
    /// The machine's files about registries: mirrors, locations, blocked ones.
    public var registries = RegistriesConfiguration.Files.standard()
    /// Folders with a folder of certificates for each host (containers-certs.d(5)).
    public var certificateFolders = HostCertificates.standardFolders
    /// Files with credentials in docker's format; the first one that has an entry for a host wins.
    public var credentialFiles = CredentialStore.defaultFiles()
    /// The longest time that a manifest, a configuration or a token may take.
    public var documentTimeout = Duration.seconds(30)
    public var retries = RetryPolicy()
    /// Blobs that are larger go to a registry in pieces of this size, so that one that breaks off goes on where it stopped.
    public var uploadPiece: Int64 = 64 << 20
    /// Is told what registries say in `Warning` headers; called on any thread.
    public var warn: @Sendable (String) -> Void = { _ in }

    public init() {}
}

/// How often and how soon something is tried again that may pass.
public struct RetryPolicy: Sendable {
    /// Tries in a row without a byte gained.
    public var attempts = 4
    /// The first pause; each further one is twice as long, give or take a quarter.
    public var firstDelay = Duration.milliseconds(200)
    /// The longest pause, also where a server asks for more.
    public var longestDelay = Duration.seconds(5)

    public init() {}

    /// The pause before the try number `attempt`, counted from one for the first repetition.
    func delay(before attempt: Int, serverAsks: Duration?) -> Duration {
        let doubled = firstDelay * (1 << min(attempt - 1, 16))
        let jittered = doubled * Double.random(in: 0.75...1.25)
        return min(max(jittered, serverAsks ?? .zero), longestDelay)
    }
}
