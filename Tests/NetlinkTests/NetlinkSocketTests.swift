import Glibc
import Linux
import Netlink
import NetworkSpec
import TestSupport
import Testing

@Suite("Links, addresses and routes", .needsPrivateHost) struct NetlinkSocketTests {
    private let mac = MACAddress(of: IPv4Address(10, 89, 0, 1))

    /// A namespace beside the calling thread's.
    private func otherNamespace() throws -> Descriptor {
        let number = try onFreshThread {
            try Namespace.unshare([.network])
            return try Namespace.current(.network).release()
        }
        return Descriptor(owning: number)
    }

    @Test("A bridge is made, found, changed and removed") func bridge() throws {
        try inPrivateNetwork {
            let socket = try NetlinkSocket(.route)
            #expect(try socket.link(named: "br0") == nil)
            try socket.perform(.createBridge("br0", mtu: 1400, address: mac))
            let bridge = try #require(try socket.link(named: "br0"))
            // Routes to subnets come with links that are on.
            #expect(bridge.kind == "bridge" && !bridge.isUp && bridge.mtu == 1400 && bridge.address == mac)
            #expect(try socket.link(bridge.index) == bridge)
            #expect(try socket.links().map(\.name).sorted() == ["br0", "lo"])
            let prefix = try #require(IPPrefix("10.89.0.1/16"))
            // Twice: what is there already is no error.
            try socket.perform([.addAddress(prefix, to: bridge.index), .addAddress(prefix, to: bridge.index)])
            try socket.perform(.changeLink(bridge.index, LinkChange(isUp: true)))
            #expect(try socket.link(bridge.index)?.isUp == true)
            #expect(try socket.addresses().contains { $0.link == bridge.index && $0.address == prefix })
            #expect(try socket.routes().contains { $0.destination == prefix.network && $0.link == bridge.index })
            try socket.perform(.changeLink(bridge.index, LinkChange(isUp: false)))
            try socket.perform(.changeLink(bridge.index, LinkChange(name: "br1", mtu: 1300)))
            let changed = try #require(try socket.link(named: "br1"))
            #expect(!changed.isUp && changed.mtu == 1300)
            #expect(try socket.deleteLink(bridge.index))
            #expect(try !socket.deleteLink(bridge.index))
            #expect(try socket.links().map(\.name) == ["lo"])
        }
    }

    @Test("A veth pair lies in two namespaces after one message") func veth() throws {
        try inPrivateNetwork {
            let socket = try NetlinkSocket(.route)
            let other = try otherNamespace()
            try socket.perform(.createBridge("br0", mtu: nil, address: mac))
            let bridge = try #require(try socket.link(named: "br0"))
            let peerAddress = MACAddress(of: IPv4Address(10, 89, 0, 2))
            try socket.perform(
                .createVeth(
                    .init(name: "host0"),
                    peer: .init(name: "eth0", address: peerAddress),
                    peerNamespace: other.rawValue,
                    master: bridge.index,
                    mtu: 1400
                )
            )
            let port = try #require(try socket.link(named: "host0"))
            #expect(port.kind == "veth" && !port.isUp && port.master == bridge.index && port.mtu == 1400)
            #expect(try socket.link(named: "eth0") == nil)
            let number = other.rawValue
            try onFreshThread {
                try Namespace.enter(Descriptor(owning: dup(number)), kind: .network)
                let inside = try NetlinkSocket(.route)
                let link = try #require(try inside.link(named: "eth0"))
                #expect(link.address == peerAddress && link.mtu == 1400 && !link.isUp)
                let loopback = try #require(try inside.link(named: "lo"))
                try inside.perform([
                    .changeLink(loopback.index, LinkChange(isUp: true)),
                    .changeLink(
                        link.index,
                        LinkChange(ipv4: [.arpNotify: 1, .routeFilter: 2], makesLinkLocalAddress: false)
                    ),
                    .changeLink(link.index, LinkChange(isUp: true)),
                    .addAddress(try #require(IPPrefix("10.89.0.2/16")), to: link.index),
                    .addRoute(
                        .init(
                            destination: try #require(IPPrefix("0.0.0.0/0")),
                            gateway: IPAddress("10.89.0.1"),
                            link: link.index,
                            metric: 100
                        )
                    ),
                ])
                #expect(
                    try inside.routes().contains {
                        $0.destination.length == 0 && $0.metric == 100 && $0.gateway == IPAddress("10.89.0.1")
                    }
                )
                #expect(try FileSystem.readText("/proc/sys/net/ipv4/conf/eth0/arp_notify") == "1")
                #expect(try FileSystem.readText("/proc/sys/net/ipv6/conf/eth0/addr_gen_mode") == "1")
                #expect(try FileSystem.readText("/proc/sys/net/ipv4/conf/eth0/rp_filter") == "2")
            }
            #expect(try socket.deleteLink(port.index))
        }
    }

    @Test("A refusal carries the message, the subject, the errno and the kernel's words") func refusal() throws {
        try inPrivateNetwork {
            let socket = try NetlinkSocket(.route)
            try socket.perform(.createBridge("br0", mtu: nil, address: mac))
            let exists = try #require(throws: NetlinkError.self) {
                try socket.perform(.createBridge("br0", mtu: nil, address: mac))
            }
            #expect(exists.errno == EEXIST && exists.operation == "RTM_NEWLINK" && exists.subject == "br0")
            let route = NetlinkRequest.Route(
                destination: try #require(IPPrefix("0.0.0.0/0")),
                gateway: IPAddress("192.0.2.1"),
                link: try #require(try socket.link(named: "br0")).index
            )
            let unreachable = try #require(throws: NetlinkError.self) { try socket.perform(.addRoute(route)) }
            #expect(unreachable.errno == ENETUNREACH)
            #expect(unreachable.explanation?.contains("gateway") == true)
            #expect("\(unreachable)".hasPrefix("RTM_NEWROUTE(0.0.0.0/0 via 192.0.2.1"))
            // The requests around a failing one are carried out.
            #expect(throws: NetlinkError.self) {
                try socket.perform([
                    .deleteLink(999), .createBridge("br1", mtu: nil, address: mac),
                ])
            }
            #expect(try socket.link(named: "br1") != nil)
        }
    }

    @Test("A list of 300 links is complete") func longList() throws {
        try inPrivateNetwork {
            let socket = try NetlinkSocket(.route)
            try socket.perform((0..<300).map { try .createBridge("b\($0)", mtu: nil, address: mac) })
            #expect(try socket.links().count == 301)
        }
    }
}
