import CNetlink
import NetworkSpec

/// The rules of the table `inet netavark` as netavark's nftables driver has them: callers and suites read them.
///
/// Pure: what is there already is `Firewall`'s to know.
public struct NetavarkLayout: Sendable {
    /// netavark's major version. 2 marks forwarded connections, and lets them past isolation and filters.
    public var generation: Int

    /// Chooses the version.
    public init(generation: Int = 1) { self.generation = generation }

    static let input = "INPUT"
    static let forward = "FORWARD"
    static let postrouting = "POSTROUTING"
    static let prerouting = "PREROUTING"
    static let output = "OUTPUT"
    static let hostPorts = "NETAVARK-HOSTPORT-DNAT"
    static let setMark = "NETAVARK-HOSTPORT-SETMARK"
    static let isolation1 = "NETAVARK-ISOLATION-1"
    static let isolation2 = "NETAVARK-ISOLATION-2"
    static let isolation3 = "NETAVARK-ISOLATION-3"

    /// The mark of packets that are to be masqueraded.
    static let masqueradeMark: UInt32 = 0x2000
    /// The mark of connections that were forwarded to a port.
    static let forwardedMark: UInt32 = 0x1000

    /// The chains that are there as soon as there is a network, and stay.
    var baseChains: [FirewallChain] {
        func hooked(_ name: String, _ type: String, _ number: nf_inet_hooks, _ priority: Int32) -> FirewallChain {
            FirewallChain(
                name: name,
                hook: .init(type: type, number: number.rawValue, priority: priority),
                rules: []
            )
        }
        return [
            hooked(Self.input, "filter", NF_INET_LOCAL_IN, 0),
            hooked(Self.forward, "filter", NF_INET_FORWARD, 0),
            hooked(Self.postrouting, "nat", NF_INET_POST_ROUTING, 100),
            hooked(Self.prerouting, "nat", NF_INET_PRE_ROUTING, -100),
            hooked(Self.output, "nat", NF_INET_LOCAL_OUT, -100),
        ]
            + [Self.hostPorts, Self.setMark, Self.isolation1, Self.isolation2, Self.isolation3].map {
                FirewallChain(name: $0, hook: nil, rules: [])
            }
    }

    /// The rules that are there as soon as there is a network, and stay.
    var baseRules: [FirewallRule] {
        let marked = generation < 2 ? [] : [FirewallRule(chain: Self.forward, Match.forwarded + [.verdict(NF_ACCEPT)])]
        return [
            FirewallRule(chain: Self.postrouting, Match.marked + [.masquerade]),
            FirewallRule(chain: Self.setMark, Match.mark(Self.masqueradeMark)),
            FirewallRule(chain: Self.prerouting, Match.toTheHost + [.jump(Self.hostPorts)]),
            FirewallRule(chain: Self.output, Match.toTheHost + [.jump(Self.hostPorts)]),
            FirewallRule(chain: Self.forward, Match.connectionState(Match.invalid) + [.verdict(NF_DROP)]),
        ] + marked + [
            FirewallRule(chain: Self.forward, [.jump(Self.isolation1)]),
            FirewallRule(chain: Self.isolation3, [.jump(Self.isolation2)]),
        ]
    }

    /// The name of a subnet's chain: `nv_<8 digits of the id>_<subnet>`, in it `.` is `_`, `:` is `-`, `/` is `_nm`.
    static func chain(_ networkID: String, _ subnet: IPPrefix, isForPorts: Bool = false) -> String {
        let text = subnet.network.description.reduce(into: "") { text, character in
            switch character {
            case ".": text += "_"
            case ":": text += "-"
            case "/": text += "_nm"
            default: text.append(character)
            }
        }
        return "nv_\(networkID.prefix(8))_\(text)\(isForPorts ? "_dnat" : "")"
    }

    /// A network's own chains.
    func chains(of network: NetavarkNetwork) -> [String] {
        network.isInternal ? [] : network.subnets.map { Self.chain(network.id, $0) }
    }

    /// The rules of a network.
    func rules(of network: NetavarkNetwork) -> [FirewallRule] {
        if network.isInternal { return [] }
        var rules = isolation(of: network)
        for subnet in network.subnets {
            let isIPv4 = subnet.address.family == .v4
            let chain = Self.chain(network.id, subnet)
            let outbound = network.outboundAddresses.first { $0.family == subnet.address.family }
            let multicast = isIPv4 ? Match.multicast4 : Match.multicast6
            let leave: [FirewallExpression] =
                outbound.map {
                    [
                        .immediate(register: NFT_REG_1.rawValue, $0.bytes),
                        .sourceNAT(isIPv4: isIPv4, address: NFT_REG_1.rawValue),
                    ]
                } ?? [.masquerade]
            rules += [
                FirewallRule(chain: chain, Match.destination(subnet) + [.verdict(NF_ACCEPT)]),
                FirewallRule(chain: chain, Match.destination(multicast, isEqual: false) + leave),
                FirewallRule(
                    chain: Self.input,
                    Match.source(subnet) + Match.tcpOrUDP + Match.port(53) + [.verdict(NF_ACCEPT)]
                ),
                FirewallRule(
                    chain: Self.forward,
                    Match.destination(subnet) + Match.connectionState(Match.established) + [.verdict(NF_ACCEPT)]
                ),
                FirewallRule(chain: Self.forward, Match.source(subnet) + [.verdict(NF_ACCEPT)]),
                FirewallRule(chain: Self.postrouting, Match.source(subnet) + [.jump(chain)]),
            ]
        }
        guard network.nameServerPort != 53 else { return rules }
        return rules
            + network.nameServers.map { address in
                FirewallRule(
                    chain: Self.hostPorts,
                    Match.destination(address) + Match.tcpOrUDP + Match.port(53)
                        + Match.redirect(to: address, port: network.nameServerPort),
                    goesFirst: true
                )
            }
    }

    private func isolation(of network: NetavarkNetwork) -> [FirewallRule] {
        let leaves = Match.interface(NFT_META_OIFNAME, network.bridge)
        guard network.isolation != .none else {
            // In front of the jump that ends the chain.
            return [FirewallRule(chain: Self.isolation3, leaves + [.verdict(NF_DROP)], goesFirst: true)]
        }
        return [
            FirewallRule(
                chain: Self.isolation1,
                Match.interface(NFT_META_IIFNAME, network.bridge)
                    + Match.interface(NFT_META_OIFNAME, network.bridge, isEqual: false)
                    + [.jump(network.isolation == .strict ? Self.isolation3 : Self.isolation2)]
            ),
            FirewallRule(chain: Self.isolation2, leaves + [.verdict(NF_DROP)]),
        ]
    }

    /// The chains that ports need, which go with their network.
    func chains(of ports: NetavarkPorts) -> [String] {
        ports.mappings.isEmpty ? [] : ports.targets.map { Self.chain(ports.networkID, $0, isForPorts: true) }
    }

    /// The rules of a container's ports.
    func rules(of ports: NetavarkPorts) -> [FirewallRule] {
        ports.mappings.flatMap { mapping in
            ports.targets.flatMap { target -> [FirewallRule] in
                if let host = mapping.hostIP, host.family != target.address.family { return [] }
                return rules(mapping, target, chain: Self.chain(ports.networkID, target, isForPorts: true))
            }
        }
    }

    private func rules(_ mapping: PortMapping, _ target: IPPrefix, chain: String) -> [FirewallRule] {
        let isIPv4 = target.address.family == .v4
        let host: [FirewallExpression] = (mapping.hostIP).map {
            $0.isUnspecified ? Match.family(isIPv4: isIPv4) : Match.destination($0)
        } ?? []
        // Where the address family was asked for already, once is enough.
        func after(_ source: [FirewallExpression]) -> [FirewallExpression] {
            source + host.dropFirst(host.isEmpty ? 0 : Match.family(isIPv4: isIPv4).count)
        }
        let last = mapping.hostPort + (mapping.range - 1)
        let ports = Match.transport(mapping.transportProtocol) + Match.ports(mapping.hostPort, through: last)
        var rules = [
            FirewallRule(chain: Self.hostPorts, host + ports + [.jump(chain)]),
            FirewallRule(chain: chain, after(Match.source(target.network)) + ports + [.jump(Self.setMark)]),
        ]
        if isIPv4, let loopback = IPAddress("127.0.0.1") {
            rules.append(FirewallRule(chain: chain, after(Match.source(loopback)) + ports + [.jump(Self.setMark)]))
        }
        let mark = generation < 2 ? [] : Match.markForwarded
        return rules
            + (0..<mapping.range).map { offset in
                FirewallRule(
                    chain: chain,
                    host + Match.transport(mapping.transportProtocol) + Match.port(mapping.hostPort + offset) + mark
                        + Match.redirect(to: target.address, port: mapping.containerPort + offset)
                )
            }
    }
}
