import Glibc
import Linux
import NetworkSpec

/// The host ports of pods, held: a socket is bound to each for as long as the pod has it. So a port that a process has is
/// found out, and no process gets one that would never hear anything, because the firewall sends it all to the pod.
struct HostPorts {
    /// A bound socket that nothing ever reads.
    private final class Hold {
        let socket: Descriptor
        init(_ socket: consuming Descriptor) { self.socket = socket }
    }

    private var held: [String: [Hold]] = [:]

    /// Binds the host ports of a pod whose addresses are of the given families, all or none.
    mutating func hold(
        _ mappings: [PortMapping],
        families: Set<IPAddress.Family>,
        podUID: String
    ) throws(NetworkError) {
        var holds: [Hold] = []
        for mapping in mappings {
            for family in families.sorted(by: { $0.width < $1.width }) {
                guard mapping.hostIP == nil || mapping.hostIP?.family == family else { continue }
                for offset in 0..<mapping.range {
                    var single = mapping
                    (single.hostPort, single.containerPort) = (
                        mapping.hostPort + offset, mapping.containerPort + offset
                    )
                    if let hold = try Self.bind(single, family) { holds.append(hold) }
                }
            }
        }
        held[podUID] = holds
    }

    /// Lets go of the ports of a pod.
    mutating func release(podUID: String) {
        held[podUID] = nil
    }

    /// Lets go of all ports.
    mutating func releaseAll() {
        held = [:]
    }

    private static func bind(_ mapping: PortMapping, _ family: IPAddress.Family) throws(NetworkError) -> Hold? {
        let kind = mapping.transportProtocol == .udp ? SOCK_DGRAM : SOCK_STREAM
        let number = Glibc.socket(
            family == .v4 ? AF_INET : AF_INET6,
            Int32(kind.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
            mapping.transportProtocol == .sctp ? 132 : 0
        )
        guard number >= 0 else {
            let error = SystemError.last("socket", mapping.transportProtocol.rawValue)
            // A kernel without SCTP: no process can have the port either.
            if error.errno == EPROTONOSUPPORT || error.errno == EAFNOSUPPORT { return nil }
            throw .system(error)
        }
        let socket = Descriptor(owning: number)
        func set(_ level: Int32, _ option: Int32, _ value: Int32) {
            var value = value
            _ = setsockopt(number, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        if family == .v6 { set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        // Connections of an earlier listener that linger (TIME_WAIT) are no conflict. With UDP the option would mean
        // that ports can be shared.
        if kind == SOCK_STREAM { set(SOL_SOCKET, SO_REUSEADDR, 1) }
        // What arrives all the same is not read by anybody.
        if kind == SOCK_DGRAM { set(SOL_SOCKET, SO_RCVBUF, 1) }
        let result = bind(number, mapping, family)
        let code = errno
        if result == 0 {
            // From now on nobody shares the port with us.
            set(SOL_SOCKET, SO_REUSEADDR, 0)
            return Hold(socket)
        }
        switch code {
        case EADDRINUSE:
            throw .hostPortConflict(
                HostPortConflict(
                    transportProtocol: mapping.transportProtocol,
                    hostIP: mapping.hostIP,
                    port: mapping.hostPort,
                    holder: PortHolder.find(mapping.transportProtocol, port: mapping.hostPort) ?? .unknown
                )
            )
        case EADDRNOTAVAIL:
            throw .hostAddressMissing(mapping)
        default:
            throw .system(SystemError(call: "bind", errno: code, subject: "port \(mapping.hostPort)"))
        }
    }

    private static func bind(_ number: Int32, _ mapping: PortMapping, _ family: IPAddress.Family) -> Int32 {
        let bytes = mapping.hostIP?.bytes ?? [UInt8](repeating: 0, count: family.width / 8)
        switch family {
        case .v4:
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = mapping.hostPort.bigEndian
            withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: bytes) }
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.bind(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        case .v6:
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = mapping.hostPort.bigEndian
            withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: bytes) }
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.bind(number, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
    }
}

extension PortMapping {
    /// The first host port that both mappings want at one address, or nil.
    func conflict(with other: PortMapping) -> UInt16? {
        guard transportProtocol == other.transportProtocol else { return nil }
        if let mine = hostIP, let its = other.hostIP {
            guard mine.family == its.family, mine == its || mine.isUnspecified || its.isUnspecified else { return nil }
        }
        let first = max(hostPort, other.hostPort)
        return first < min(Int(hostPort) + Int(range), Int(other.hostPort) + Int(other.range)) ? first : nil
    }
}
