import Linux
import Netlink
import NetworkSpec

/// The host's network namespace, with the ways into those of pods and back.
///
/// It belongs to the thread and the network namespace in which it was made.
final class HostNamespace {
    let socket: NetlinkSocket
    /// To come back to from that of a pod.
    private let home: Descriptor

    init() throws {
        socket = try NetlinkSocket(.route)
        home = try Namespace.current(.network)
    }

    /// Runs a closure with the thread in another network namespace.
    func within<Result>(_ namespace: borrowing Descriptor, _ body: () throws -> Result) throws -> Result {
        try Namespace.within(namespace, kind: .network, home: home) { Swift.Result { try body() } }.get()
    }

    /// The routes by which the host reaches anything in particular, and the default routes.
    func unicastRoutes() throws -> [InstalledRoute] {
        try socket.routes().filter { $0.table == 254 && $0.type == 1 }
    }

    /// The link of the host's default route, nil where there is none.
    func linkOfDefaultRoute() throws -> Link? {
        let defaults = try unicastRoutes().filter { $0.destination.length == 0 }
        return try defaults.min { $0.metric < $1.metric }?.link.flatMap { try socket.link($0) }
    }
}
