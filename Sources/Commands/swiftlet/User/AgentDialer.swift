import AgentAPI
import AgentClient
import Linux

/// How an agent is reached: by its socket, or over TCP with certificates.
struct AgentDialer: Sendable {
    let endpoint: Endpoint
    let tls: TLSOptions

    /// - Parameter timeout: how long an answer may take; nil for as long as it takes.
    func connect(timeout: Duration?) throws(Fault) -> AgentConnection {
        AgentConnection(endpoint, over: try dial(), timeout: timeout)
    }

    /// Opens what a ticket is for that this agent has given.
    func open(_ ticket: StreamTicket) throws(Fault) -> StreamConnection {
        try StreamConnection(endpoint, over: try dial(), ticket)
    }

    private func dial() throws(Fault) -> Descriptor {
        guard case .tcp(let host, let port) = endpoint else { return try AgentConnection.dial(endpoint) }
        return try tls.dial(host: host, port: port)
    }
}
