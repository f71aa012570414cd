import AgentConfiguration
import AgentServer

extension ServerConfiguration {
    /// Sockets in the run directory, the limits of the settings, and TCP where it is configured.
    init(_ settings: AgentSettings, paths: AgentPaths, tcp: TCPListening?) {
        self.init(directory: paths.runRoot)
        self.tcp = tcp
        limits.messageBytes = settings.rpcMessageSize
        limits.codec = .init(depth: settings.rpcMessageDepth, batch: settings.rpcBatchLength)
        limits.callsInFlight = settings.rpcCallsInFlight
        limits.connections = settings.rpcConnections
        limits.connectionsPerUser = settings.rpcConnectionsPerUser
        limits.firstByte = settings.rpcFirstByteTimeout
        limits.message = settings.rpcMessageTimeout
        limits.stalled = settings.rpcStalledTimeout
        limits.idle = settings.rpcIdleTimeout
    }
}
