import Glibc
import Linux
import Netlink
import NetworkSpec

/// Networks whose pods share a link of the host, the parent, and are on its network beside the host: macvlan, where each has a
/// hardware address of its own, and ipvlan.
///
/// A pod's interface lies in its namespace alone: nothing of it is on the host, whose firewall sees nothing of what it sends; and
/// the kernel lets nothing pass between it and the parent itself.
final class SharedLinkDriver: NetworkDriver {
    private let host: HostNamespace

    init(_ host: HostNamespace) { self.host = host }

    func complete(_ definition: NetworkDefinition) throws -> NetworkDefinition {
        var chosen = definition
        let parent = try parent(of: definition)
        chosen.networkInterface = parent.name
        if let mtu = try options(of: definition).mtu, mtu > parent.mtu {
            throw refusal(definition, parent.name, "takes \(parent.mtu) bytes at most, options.mtu is \(mtu)")
        }
        for index in chosen.subnets.indices {
            chosen.subnets[index].gateway = chosen.subnets[index].gateway ?? chosen.subnets[index].subnet.hosts.lowerBound
        }
        return chosen
    }

    func raise(_ definition: NetworkDefinition) throws { _ = try parent(of: definition) }

    func isRaised(_ definition: NetworkDefinition) throws -> Bool { true }

    /// The host's own: its subnet on the parent is the pods' too.
    func foreignAddresses(on definition: NetworkDefinition) throws -> Set<IPAddress> {
        Set(try host.socket.addresses().map(\.address.address))
    }

    func unserved(_ request: PodAttachment, on definition: NetworkDefinition) -> [String] {
        request.places(of: [.port, .bandwidth, .connection])
    }

    private func options(of definition: NetworkDefinition) throws(NetworkDefinitionError) -> SharedLinkOptions {
        try SharedLinkOptions(definition.options, driver: definition.driver)
    }

    private func refusal(_ definition: NetworkDefinition, _ parent: String, _ problem: String) -> NetworkError {
        .unusableParent(network: definition.name, parent: parent, problem: problem)
    }

    /// The link that is shared; without a name that of the host's default route.
    private func parent(of definition: NetworkDefinition) throws -> Link {
        guard let name = definition.networkInterface else {
            guard let link = try host.linkOfDefaultRoute() else {
                let problem = "is that of the host's default route, and there is none; network_interface names one"
                throw refusal(definition, "", problem)
            }
            return link
        }
        guard let link = try host.socket.link(named: name) else { throw refusal(definition, name, "is not there") }
        guard !link.isLoopback else { throw refusal(definition, name, "is loopback, which leads to nobody") }
        return link
    }

    func attach(_ pod: inout PodRecord, to definition: NetworkDefinition) throws {
        let options = try options(of: definition)
        let parent = try parent(of: definition)
        // The pods' could not be switched on; and whether the host's is on is not ours to say.
        guard parent.isUp else { throw refusal(definition, parent.name, "is switched off") }
        let namespace = try Descriptor.open(pod.namespacePath, O_RDONLY)
        // What is left of an attempt whose record somebody has deleted.
        try remove(pod, in: namespace)
        try make(pod, options, parent, namespace, definition)
        let inside = PodInterface(pod: pod, routes: definition.routes, metric: options.metric, announcesItself: true)
        let link = try host.within(namespace) { try inside.configure() }
        pod.linkIndex = link.index
        // That of the parent, with passthru and ipvlan.
        if let address = link.address { pod.status.macAddress = address }
    }

    private func make(
        _ pod: PodRecord,
        _ options: SharedLinkOptions,
        _ parent: Link,
        _ namespace: borrowing Descriptor,
        _ definition: NetworkDefinition
    ) throws {
        var link = NetlinkRequest.NewLink(name: pod.status.interface, kind: definition.driver)
        (link.mtu, link.parent, link.namespace) = (options.mtu, parent.index, namespace.rawValue)
        switch options.mode {
        case .macvlan(let number):
            link.settings = [.macvlanMode(number)]
            if options.mode != .passthru { link.address = pod.status.macAddress }
        case .ipvlan(let number):
            link.settings = [.ipvlanMode(number)]
        }
        if let limit = options.broadcastLimit { link.settings.append(.macvlanBroadcastLimit(limit)) }
        do throws(NetlinkError) { try host.socket.perform(.createLink(link)) } catch {
            throw explained(error, options, parent, definition)
        }
    }

    /// What the kernel means, where it says it by a number that means much else too.
    private func explained(
        _ error: NetlinkError,
        _ options: SharedLinkOptions,
        _ parent: Link,
        _ definition: NetworkDefinition
    ) -> NetworkError {
        switch error.errno {
        case EOPNOTSUPP: .unknownDriver(network: definition.name, driver: definition.driver)
        case EINVAL where options.mode == .passthru:
            refusal(definition, parent.name, "has somebody else on it; with the mode passthru it belongs to one pod")
        case EBUSY:
            refusal(
                definition,
                parent.name,
                "is used otherwise (by a bridge, or by the other of macvlan and ipvlan): \(error)"
            )
        default: .netlink(error)
        }
    }

    func isAttached(_ pod: PodRecord) throws -> Bool {
        guard Namespace.isPinned(pod.namespacePath) else { return false }
        let namespace = try Descriptor.open(pod.namespacePath, O_RDONLY)
        return try host.within(namespace) { try Self.link(of: pod, try NetlinkSocket(.route)) != nil }
    }

    func detach(_ pods: [PodRecord]) throws {
        var failures = FailureList()
        // With a namespace its links go.
        for pod in pods where Namespace.isPinned(pod.namespacePath) {
            failures.collect { try remove(pod, in: try Descriptor.open(pod.namespacePath, O_RDONLY)) }
        }
        try failures.throwIfAny()
    }

    private func remove(_ pod: PodRecord, in namespace: borrowing Descriptor) throws {
        try host.within(namespace) {
            let socket = try NetlinkSocket(.route)
            if let link = try Self.link(of: pod, socket) { try socket.deleteLink(link.index) }
        }
    }

    /// A pod's interface, in its namespace: by its number, since a pod may give it another name.
    private static func link(of pod: PodRecord, _ socket: borrowing NetlinkSocket) throws -> Link? {
        let link: Link?
        if let index = pod.linkIndex {
            link = try socket.link(index)
        } else {
            link = try socket.link(named: pod.status.interface)
        }
        return link?.kind == pod.driver ? link : nil
    }
}
