import Glibc
import Linux
import Netlink
import NetworkSpec

/// The links, addresses and routes of the host's network namespace, and the way into those of containers.
///
/// It belongs to the thread, and the process has only that.
final class Kernel {
    let socket: NetlinkSocket
    private let home: Descriptor

    init() throws(ToolError) {
        do {
            socket = try NetlinkSocket(.route)
            home = try Namespace.current(.network)
        } catch { throw ToolError(error) }
    }

    /// A container's network namespace, held open.
    final class ContainerNamespace {
        let descriptor: Descriptor

        init(_ path: String) throws(SystemError) {
            descriptor = try Descriptor.open(path, O_RDONLY)
        }
    }

    /// Opens a container's namespace.
    func namespace(_ path: String) throws(ToolError) -> ContainerNamespace {
        let namespace: ContainerNamespace
        let isOwn: Bool
        do {
            namespace = try ContainerNamespace(path)
            // NS_GET_NSTYPE of ioctl_ns(2), which answers with CLONE_NEWNET.
            guard ioctl(namespace.descriptor.rawValue, 0xb703, 0) == 0x4000_0000 else {
                throw ToolError("\(path) is no network namespace")
            }
            let (own, other) = (try home.status(), try namespace.descriptor.status())
            isOwn = own.device == other.device && own.inode == other.inode
        } catch { throw ToolError("invalid namespace path: \(ToolError(error))") }
        if isOwn { throw ToolError("invalid namespace path: \(path) is the network namespace of the host itself") }
        return namespace
    }

    /// Runs a closure within a container's namespace, with a socket there.
    func within<Result>(
        _ namespace: ContainerNamespace,
        _ body: (borrowing NetlinkSocket) throws -> Result
    ) throws -> Result {
        let result: Swift.Result<Result, any Error>
        do throws(SystemError) {
            result = try Namespace.within(namespace.descriptor, kind: .network, home: home) {
                Swift.Result { try Self.withSocket(body) }
            }
        } catch {
            throw ToolError("invalid namespace path: \(ToolError(error))")
        }
        return try result.get()
    }

    private static func withSocket<Result>(_ body: (borrowing NetlinkSocket) throws -> Result) throws -> Result {
        let socket = try NetlinkSocket(.route)
        return try body(socket)
    }

    /// Writes a setting under /proc/sys unless it has the value; `net/ipv4/ip_forward`.
    ///
    /// - Parameter isOptional: Whether it may be missing: a kernel without IPv6.
    static func setting(_ name: String, _ value: String, isOptional: Bool = false) throws(ToolError) {
        let path = "/proc/sys/\(name)"
        do throws(SystemError) {
            // What is right already may lie on a read-only /proc.
            if try FileSystem.readText(path) == value { return }
            try FileSystem.writeKernelFile(path, value)
        } catch {
            if isOptional, error.errno == ENOENT { return }
            throw ToolError("set sysctl \(name): \(ToolError(error))")
        }
    }

    /// The MTU of the link that a default route leads to: the one with the lowest metric of a table. Nil without one.
    func mtuOfDefaultRoute(table: UInt32) throws -> UInt32? {
        let routes = try socket.routes().filter { $0.table == table && $0.type == 1 && $0.destination.length == 0 }
        guard let link = routes.min(by: { $0.metric < $1.metric })?.link else { return nil }
        return try socket.link(link)?.mtu
    }
}
