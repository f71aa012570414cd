/// Who may ask the agent over TCP, and what one client may take.
extension ConfigurationKey {
    public static let listen = ConfigurationKey(
        "listen",
        .tcpEndpoint,
        .absent,
        "A TCP port on which the RPC is served besides its sockets, with certificates on both sides; none where nothing is set."
    )
    public static let tlsCertificate = ConfigurationKey(
        "tlsCertificate",
        .path,
        .absent,
        "The agent's certificate for TCP and its chain, in PEM; a reload reads it anew."
    )
    public static let tlsKey = ConfigurationKey(
        "tlsKey",
        .path,
        .absent,
        "The key of that certificate, in PEM; nobody but its owner may read it. A reload reads it anew."
    )
    public static let tlsClientCA = ConfigurationKey(
        "tlsClientCA",
        .path,
        .absent,
        "The certificates, in PEM, that clients' certificates must come from; a reload reads them anew."
    )
    public static let roles = ConfigurationKey(
        "roles",
        .certificateRoles,
        .table([:]),
        isReloadable: true,
        "What names of client certificates may do; a certificate with none of them is refused."
    )
    public static let rpcMessageSize = ConfigurationKey(
        "rpcMessageSize",
        .bytes(4096...(256 << 20)),
        .bytes(4 << 20),
        "How large one message of a client may be."
    )
    public static let rpcMessageDepth = ConfigurationKey(
        "rpcMessageDepth",
        .count(8...512),
        .number(64),
        "How deep the arrays and objects of a message may be nested."
    )
    public static let rpcBatchLength = ConfigurationKey(
        "rpcBatchLength",
        .count(1...65_536),
        .number(128),
        "How many calls one batch may hold."
    )
    public static let rpcCallsInFlight = ConfigurationKey(
        "rpcCallsInFlight",
        .count(1...65_536),
        .number(128),
        "How many messages of one connection are worked on at once; further ones wait."
    )
    public static let rpcConnections = ConfigurationKey(
        "rpcConnections",
        .count(1...16_384),
        .number(512),
        "How many connections each socket and port may have; further ones are closed at once."
    )
    public static let rpcConnectionsPerUser = ConfigurationKey(
        "rpcConnectionsPerUser",
        .count(1...16_384),
        .number(256),
        "How many of them one user, or one certificate's name, may have."
    )
    public static let rpcFirstByteTimeout = ConfigurationKey(
        "rpcFirstByteTimeout",
        .duration(.milliseconds(100) ... .seconds(3600)),
        .duration(.seconds(10)),
        "How long a new connection may say nothing, and a TLS handshake may take."
    )
    public static let rpcMessageTimeout = ConfigurationKey(
        "rpcMessageTimeout",
        .duration(.milliseconds(100) ... .seconds(3600)),
        .duration(.seconds(30)),
        "How long a message may take from its first byte to its last."
    )
    public static let rpcStalledTimeout = ConfigurationKey(
        "rpcStalledTimeout",
        .duration(.milliseconds(100) ... .seconds(86_400)),
        .duration(.seconds(300)),
        "How long a client may leave answers unread; subscriptions and streams may wait for as long as they like."
    )
    public static let rpcIdleTimeout = ConfigurationKey(
        "rpcIdleTimeout",
        .duration(.milliseconds(100) ... .seconds(86_400)),
        .duration(.seconds(600)),
        "How long a connection on which nothing happens stays open."
    )

    /// In the order of the documentation.
    static let rpc: [ConfigurationKey] = [
        listen, tlsCertificate, tlsKey, tlsClientCA, roles, rpcMessageSize, rpcMessageDepth, rpcBatchLength,
        rpcCallsInFlight, rpcConnections, rpcConnectionsPerUser, rpcFirstByteTimeout, rpcMessageTimeout,
        rpcStalledTimeout, rpcIdleTimeout,
    ]
}
