import Glibc
import JSONCoding
import Linux
import Netlink
import NetworkSpec

/// macvlan and ipvlan: an interface of the container's that shares one of the host's.
struct SharedLinkNetwork: NetworkDriver {
    let context: DriverContext
    private let assigned: AssignedAddresses
    private let setting: NetlinkRequest.NewLink.Setting
    private var broadcastLimit: Int32?
    private var mtu: UInt32?
    private var metric: UInt32
    private var hasDefaultRoute = true

    private var network: NetworkInfo { context.attachment.network }
    private var interface: String { context.attachment.options.interface }

    init(_ context: DriverContext) throws {
        self.context = context
        metric = context.generation < 2 ? 100 : 99
        let network = context.attachment.network
        let interface = context.attachment.options.interface
        guard InterfaceName.isValid(interface) else {
            throw ToolError("\"\(interface)\" is no interface name: 1 to 15 bytes without white space, / : and %")
        }
        assigned = try AssignedAddresses(context.attachment)
        var mode = network.driver == "macvlan" ? "bridge" : "l2"
        for (key, value) in network.options.sorted(by: { $0.key < $1.key }) {
            switch key {
            case "mode": mode = value
            case "mtu", "com.docker.network.driver.mtu":
                let number: UInt32 = try BridgeSettings.number(key, value, 0...65_535)
                mtu = number == 0 ? nil : number
            case "metric": metric = try BridgeSettings.number(key, value, 0...UInt32.max)
            case "no_default_route": hasDefaultRoute = try !BridgeSettings.flag(key, value)
            case "bclim" where network.driver == "macvlan":
                guard let limit = Int32(value) else { throw ToolError("unable to parse \"bclim\": \"\(value)\" is no number") }
                broadcastLimit = limit
            default: ToolLog.warn("netavark::network::vlan", "option \"\(key)\" is not known and has no effect")
            }
        }
        setting = try Self.setting(network.driver, mode)
        if try network.driver == "ipvlan" && network.addressManagement() == .dhcp {
            throw ToolError("unsupported ipam driver dhcp for ipvlan")
        }
    }

    private static func setting(_ driver: String, _ mode: String) throws(ToolError) -> NetlinkRequest.NewLink.Setting {
        let macvlan: [String: UInt32] = ["private": 1, "vepa": 2, "bridge": 4, "passthru": 8, "source": 16]
        let ipvlan: [String: UInt16] = ["l2": 0, "l3": 1, "l3s": 2]
        if driver == "macvlan", let number = macvlan[mode] { return .macvlanMode(number) }
        if driver == "ipvlan", let number = ipvlan[mode] { return .ipvlanMode(number) }
        throw ToolError("invalid \(driver) mode \"\(mode)\"")
    }

    private var inside: ContainerInterface {
        ContainerInterface(
            name: interface,
            assigned: assigned,
            routes: network.routes,
            hasDefaultRoute: hasDefaultRoute && !network.isInternal,
            metric: metric
        )
    }

    func setUp(_ namespace: Kernel.ContainerNamespace) throws -> AttachmentResult {
        if try network.addressManagement() == .dhcp { throw LeaseProxy.failure() }
        let parent = try self.parent()
        var new = NetlinkRequest.NewLink(
            name: interface,
            kind: network.driver,
            settings: [setting] + (broadcastLimit.map { [.macvlanBroadcastLimit($0)] } ?? [])
        )
        (new.mtu, new.parent, new.namespace) = (mtu, parent.index, namespace.descriptor.rawValue)
        // An ipvlan has the address of its parent.
        if network.driver == "macvlan" { new.address = context.attachment.options.staticMAC }
        do throws(NetlinkError) { try context.kernel.socket.perform(.createLink(new)) } catch  where error.errno == EEXIST {
            throw ToolError(
                "create \(network.driver) interface: interface \(interface) already exists on container namespace: "
                    + "\(ToolError(error))"
            )
        } catch  where error.errno == EOPNOTSUPP {
            throw ToolError("create \(network.driver) interface: this kernel has no \(network.driver): \(ToolError(error))")
        } catch {
            throw ToolError("create \(network.driver) interface: \(ToolError(error))")
        }
        do {
            let link = try context.kernel.within(namespace) { socket in
                try socket.perform(.changeLink(1, LinkChange(isUp: true)))
                return try inside.configure(socket)
            }
            return AttachmentResult(
                answer: try JSON.node(from: StatusBlock(
                    interfaces: [
                        interface: .init(address: link.address?.description ?? "", subnets: assigned.addresses)
                    ]
                )),
                names: nil
            )
        } catch {
            // What fails here as well is less than what is being reported.
            try? tearDown(namespace)
            throw error
        }
    }

    private func parent() throws -> Link {
        if let name = network.networkInterface {
            return try during("parent interface \(name)") {
                guard let link = try context.kernel.socket.link(named: name) else {
                    throw NetlinkError(operation: "RTM_GETLINK", subject: name, errno: ENODEV)
                }
                return link
            }
        }
        let routes = try context.kernel.socket.routes()
            .filter { $0.table == 254 && $0.type == 1 && $0.destination.length == 0 }
        guard let index = routes.min(by: { $0.metric < $1.metric })?.link,
            let link = try context.kernel.socket.link(index)
        else { throw ToolError("failed to get default route interface: there is no default route") }
        return link
    }

    func tearDown(_ namespace: Kernel.ContainerNamespace?) throws {
        guard let namespace else { return }
        try context.kernel.within(namespace) { socket in
            try inside.removeRoutes(socket)
            guard let link = try socket.link(named: interface) else {
                let missing = NetlinkError(operation: "RTM_GETLINK", subject: interface, errno: ENODEV)
                throw ToolError("failed to delete container \(network.driver) \(interface): \(ToolError(missing))")
            }
            try socket.deleteLink(link.index)
        }
    }
}
