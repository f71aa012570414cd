/// The settings of the RPC in the types of those who use them.
extension AgentSettings {
    /// Nil: nothing listens on TCP.
    public var listen: TCPEndpoint? { optionalText(.listen).flatMap(TCPEndpoint.init) }
    public var tlsCertificate: String? { optionalText(.tlsCertificate) }
    public var tlsKey: String? { optionalText(.tlsKey) }
    public var tlsClientCA: String? { optionalText(.tlsClientCA) }
    /// `admin` or `read` by names of certificates, `CN:ops`.
    public var roles: [String: String] { table(.roles) }
    /// Bytes.
    public var rpcMessageSize: Int { Int(number(.rpcMessageSize)) }
    public var rpcMessageDepth: Int { Int(number(.rpcMessageDepth)) }
    public var rpcBatchLength: Int { Int(number(.rpcBatchLength)) }
    public var rpcCallsInFlight: Int { Int(number(.rpcCallsInFlight)) }
    public var rpcConnections: Int { Int(number(.rpcConnections)) }
    public var rpcConnectionsPerUser: Int { Int(number(.rpcConnectionsPerUser)) }
    public var rpcFirstByteTimeout: Duration { duration(.rpcFirstByteTimeout) }
    public var rpcMessageTimeout: Duration { duration(.rpcMessageTimeout) }
    public var rpcStalledTimeout: Duration { duration(.rpcStalledTimeout) }
    public var rpcIdleTimeout: Duration { duration(.rpcIdleTimeout) }
}
