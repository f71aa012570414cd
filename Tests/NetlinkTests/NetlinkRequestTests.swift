import Linux
import Netlink
import NetworkSpec
import Testing

/// The bytes of messages, checked against rtnetlink(7) field by field. Little-endian machines.
@Suite("Messages to the kernel") struct NetlinkRequestTests {
    private func hex(_ request: NetlinkRequest) -> String {
        request.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Whether the bytes, written with spaces between the fields, are in the message on a byte's border.
    private func has(_ request: NetlinkRequest, _ spaced: String, at offset: Int? = nil) -> Bool {
        let wanted = spaced.split(separator: " ").joined()
        let text = hex(request)
        guard let offset else { return text.contains(wanted) }
        return text.dropFirst(2 * offset).hasPrefix(wanted)
    }

    @Test("RTM_DELLINK") func deleteLink() throws {
        #expect(
            // length 32, type 17, flags 0, sequence, port; ifinfomsg: family, pad, type; index; flags; change
            hex(try .deleteLink(7))
                == "2000000011000000000000000000000000000000070000000000000000000000"
        )
    }

    @Test("RTM_NEWADDR replaces, has a broadcast address and no duplicate detection") func addAddress() throws {
        let four = try NetlinkRequest.addAddress(try #require(IPPrefix("10.89.0.2/16")), to: 3)
        // Behind the length: type 20, NLM_F_CREATE|NLM_F_REPLACE; ifaddrmsg: AF_INET, /16, flags, scope; index
        #expect(has(four, "1400 0005 00000000 00000000 02100000 03000000", at: 4))
        // IFA_LOCAL, IFA_BROADCAST
        #expect(has(four, "08000200 0a590002"))
        #expect(has(four, "08000400 0a59ffff"))
        let six = try NetlinkRequest.addAddress(try #require(IPPrefix("fd00::2/64")), to: 3)
        // IFA_F_NODAD is 2
        #expect(has(six, "0a400200 03000000", at: 16))
        #expect(has(six, "14000200 fd000000000000000000000000000002"))
        #expect(!has(six, "14000400"))
    }

    @Test("RTM_NEWROUTE of a default route") func addRoute() throws {
        let route = NetlinkRequest.Route(
            destination: try #require(IPPrefix("0.0.0.0/0")),
            gateway: IPAddress("10.89.0.1"),
            link: 3,
            metric: 100
        )
        let text = try NetlinkRequest.addRoute(route)
        // rtmsg: AF_INET, lengths 0, tos 0, main table, static, universe, unicast, flags
        #expect(has(text, "02000000 fe040001 00000000"))
        // RTA_PRIORITY, RTA_GATEWAY, RTA_OIF
        #expect(has(text, "08000600 64000000"))
        #expect(has(text, "08000500 0a590001"))
        #expect(has(text, "08000400 03000000"))
    }

    @Test("A veth pair is one message: a port of the bridge, and its peer in another namespace")
    func createVeth() throws {
        let request = try NetlinkRequest.createVeth(
            .init(name: "host0"),
            peer: .init(name: "eth0", address: MACAddress("0a:58:0a:59:00:02")),
            peerNamespace: 9,
            master: 4,
            mtu: 1400
        )
        let text = request
        // IFLA_IFNAME "host0"; IFLA_MASTER 4
        #expect(has(text, "0a000300 686f737430000000"))
        #expect(has(text, "08000a00 04000000"))
        // In VETH_INFO_PEER: IFLA_ADDRESS, IFLA_IFNAME "eth0", IFLA_MTU, IFLA_NET_NS_FD
        #expect(has(text, "0a000100 0a580a590002"))
        #expect(has(text, "09000300 6574683000000000"))
        #expect(has(text, "08000400 78050000"))
        #expect(has(text, "08001c00 09000000"))
    }

    @Test("Attributes that are cut short end the list and read nothing behind it") func attributes() {
        let whole: [UInt8] = [8, 0, 3, 0, 1, 2, 3, 4, 6, 0, 5, 0x80, 9, 9, 0, 0]
        #expect(Array(NetlinkAttributes(whole[...])).map(\.type) == [3, 5])
        #expect(NetlinkAttributes(whole[...]).first(3)?.number(UInt32.self) == 0x0403_0201)
        #expect(NetlinkAttributes(whole[...]).first(5)?.number(UInt32.self) == nil)
        for length in whole.indices {
            #expect(Array(NetlinkAttributes(whole[..<length])).count <= 2)
        }
        #expect(Array(NetlinkAttributes([3, 0, 1, 0, 0, 0])).isEmpty)
        #expect(Array(NetlinkAttributes([0xff, 0xff, 1, 0, 0, 0])).isEmpty)
    }

    @Test("libnl's objects are given back") func memory() throws {
        let other = try #require(IPPrefix("10.89.0.2/16"))
        func build() throws {
            _ = try NetlinkRequest.createVeth(
                .init(name: "a", address: MACAddress("0a:58:0a:59:00:02")),
                peer: .init(name: "b", address: MACAddress("0a:58:0a:59:00:03")),
                peerNamespace: 0,
                master: 1,
                mtu: 1500
            )
            _ = try NetlinkRequest.addAddress(other, to: 1)
            _ = try NetlinkRequest.addRoute(.init(destination: other.network, gateway: other.address, link: 1))
            _ = try NetlinkRequest.changeLink(1, LinkChange(isUp: true, ipv4: [.arpNotify: 1]))
        }
        func residentPages() throws -> Int {
            let fields = try FileSystem.readText("/proc/self/statm").split(separator: " ")
            return Int(fields[1]) ?? 0
        }
        for _ in 0..<1000 { try build() }
        let before = try residentPages()
        for _ in 0..<10_000 { try build() }
        // A leak of one object each would be 2,500 pages; other tests run meanwhile.
        #expect(try residentPages() - before < 2000)
    }
}
