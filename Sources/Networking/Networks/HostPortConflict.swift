import NetworkSpec

/// A host port that a pod wants and somebody else has.
public struct HostPortConflict: Error, Sendable, Hashable, CustomStringConvertible {
    /// Who has the port.
    public enum Holder: Sendable, Hashable {
        /// Another pod, by its `namespace/name`.
        case pod(uid: String, name: String)
        /// A process of the host.
        case process(pid: Int32, name: String)
        /// A process that could not be found: of another namespace, or it ended meanwhile.
        case unknown
    }

    /// The protocol.
    public var transportProtocol: PortMapping.TransportProtocol
    /// The host address that was asked for; nil for all.
    public var hostIP: IPAddress?
    /// The port.
    public var port: UInt16
    /// Who has it.
    public var holder: Holder

    public var description: String {
        let who =
            switch holder {
            case .pod(_, let name): "pod \(name)"
            case .process(let pid, let name): "process \(pid) (\(name))"
            case .unknown: "another process"
            }
        let address = hostIP.map { " of \($0)" } ?? ""
        return "host port \(port)/\(transportProtocol.rawValue)\(address) is taken by \(who)"
    }
}
