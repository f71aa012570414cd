import Glibc
import Linux
import NetworkSpec
import Networks
import TestSupport
import Testing

/// Frames with addresses of others, by a pod that may make any.
@Suite("Senders", .needsPrivateHost, .awayFromPool) struct SenderTests {
    private static let dual = [
        "podnet.json": """
        {"name":"podnet","driver":"bridge","network_interface":"pods0","ipv6_enabled":true,
         "subnets":[{"subnet":"10.100.0.0/24"},{"subnet":"fd00:100::/64"}]}
        """,
        "back.json": #"{"name":"back","driver":"bridge","network_interface":"pods1","subnets":[{"subnet":"10.101.0.0/24"}]}"#,
    ]

    /// A frame by a packet socket of the pod: what programs with NET_RAW can send.
    private func send(_ node: PrivateNode, _ uid: String, _ frame: [UInt8]) async throws {
        try await node.inPod(uid) {
            let link = if_nametoindex("eth0")
            let number = try retrying("socket", "packet") { Glibc.socket(AF_PACKET, Int32(SOCK_RAW.rawValue), 0) }
            let socket = Descriptor(owning: number)
            // struct sockaddr_ll: family, protocol, number of the link.
            let address = [UInt8(AF_PACKET), 0, 0, 0] + withUnsafeBytes(of: link) { Array($0) } + [UInt8](repeating: 0, count: 12)
            let sent = address.withUnsafeBytes {
                let target = $0.assumingMemoryBound(to: sockaddr.self).baseAddress
                return sendto(socket.rawValue, frame, frame.count, 0, target, socklen_t($0.count))
            }
            #expect(sent == frame.count)
        }
    }

    private func checksum(_ bytes: [UInt8]) -> [UInt8] {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: bytes.count, by: 2) {
            sum += UInt32(bytes[index]) << 8 | (index + 1 < bytes.count ? UInt32(bytes[index + 1]) : 0)
        }
        while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
        return [UInt8(~sum >> 8 & 255), UInt8(~sum & 255)]
    }

    /// A datagram of UDP from port 4000 to port 5000, in a frame.
    private func datagram(
        _ text: String,
        from: IPAddress,
        _ mac: MACAddress,
        to: IPAddress,
        _ target: MACAddress,
        tag: [UInt8] = []
    ) -> [UInt8] {
        let length = 8 + text.utf8.count
        // Without a checksum, which IPv4 allows; for IPv6 over the pseudo header.
        var udp: [UInt8] = [0x0f, 0xa0, 0x13, 0x88, 0, UInt8(length), 0, 0] + Array(text.utf8)
        var header: [UInt8]
        if from.family == .v4 {
            header = [0x45, 0, 0, UInt8(20 + length), 0, 0, 0, 0, 64, 17, 0, 0] + from.bytes + to.bytes
            header.replaceSubrange(10..<12, with: checksum(header))
        } else {
            udp.replaceSubrange(6..<8, with: checksum(from.bytes + to.bytes + [0, 0, 0, UInt8(length), 0, 0, 0, 17] + udp))
            header = [0x60, 0, 0, 0, 0, UInt8(length), 17, 64] + from.bytes + to.bytes
        }
        return target.bytes + mac.bytes + tag + (from.family == .v4 ? [8, 0] : [0x86, 0xdd]) + header + udp
    }

    /// What arrives in a pod's capture until a frame that ends with a text, as the texts at the ends of frames.
    private func capture(_ node: PrivateNode, _ uid: String) async throws -> Int32 {
        try await node.inPod(uid) {
            // ETH_P_ALL.
            let all = Int32(UInt16(3).bigEndian)
            let socket = try retrying("socket", "packet") { Glibc.socket(AF_PACKET, Int32(SOCK_RAW.rawValue), all) }
            var limit = timeval(tv_sec: 5, tv_usec: 0)
            setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            return socket
        }
    }

    /// The texts of frames that arrive until all of some have; frames of different processors may arrive in another order.
    private func texts(_ socket: Int32, of mac: MACAddress, until wanted: Set<String>) -> Set<String> {
        var texts: Set<String> = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !wanted.isSubset(of: texts) {
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else {
                Issue.record("\(wanted.subtracting(texts)) did not arrive")
                break
            }
            // What the pod answers, with what it answers to, is captured too.
            guard Array(buffer[..<6]) == mac.bytes else { continue }
            if let start = buffer[..<count].lastIndex(of: UInt8(ascii: "~")) {
                let text = String(decoding: buffer[(start + 1)..<count].prefix { (48...122).contains($0) }, as: UTF8.self)
                // Others' bytes, the time in a ping, may hold the mark as well.
                if text.utf8.count > 2 { texts.insert(text) }
            }
        }
        return texts
    }

    @Test(
        "A pod sends with its own addresses and no other's, in both families and ARP, with br_netfilter and without",
        arguments: [true, false]
    ) func own(policies: Bool) async throws {
        let node = try await PrivateNode(definitions: Self.dual)
        let before = try await node.snapshot()
        if policies {
            // Then frames meet the rules of IP as well.
            let closed = TrafficPolicy(namespace: "x", name: "p", pods: LabelCondition([]), ingress: [])
            try await node.manager.govern([closed], pods: [:])
        }
        let evil = try await node.addPod("evil")
        let victim = try await node.addPod("victim")
        let other = try await node.addPod("other")
        let socket = try await capture(node, "victim")
        defer { close(socket) }
        let (mac, target) = (evil.macAddress, victim.macAddress)
        func frame(_ text: String, _ from: IPAddress, mac: MACAddress = mac, tag: [UInt8] = []) -> [UInt8] {
            let to = victim.addresses[from.family == .v4 ? 0 : 1].address
            return datagram("~\(text)", from: from, mac, to: to, target, tag: tag)
        }
        let (four, six) = (evil.addresses[0].address, evil.addresses[1].address)
        let link = try #require(IPAddress("fe80::ffff"))
        let forged: [[UInt8]] = [
            frame("forged4", other.addresses[0].address), frame("forged6", other.addresses[1].address),
            frame("outside4", try #require(IPAddress("192.0.2.77"))), frame("link", link),
            frame("none4", try #require(IPAddress("0.0.0.0"))), frame("none6", try #require(IPAddress("::"))),
            frame("hardware4", four, mac: other.macAddress), frame("hardware6", six, mac: other.macAddress),
            frame("tagged", four, tag: [0x81, 0, 0, 7]),
            // An answer of ARP: the other's address is here; and what is here is the other's.
            target.bytes + mac.bytes + [8, 6, 0, 1, 8, 0, 6, 4, 0, 2] + mac.bytes + other.addresses[0].address.bytes
                + target.bytes + victim.addresses[0].address.bytes + Array("~arp".utf8),
            target.bytes + mac.bytes + [8, 6, 0, 1, 8, 0, 6, 4, 0, 2] + other.macAddress.bytes + four.bytes
                + target.bytes + victim.addresses[0].address.bytes + Array("~arphardware".utf8),
            // A neighbour advertisement of its own about the other's address.
            target.bytes + mac.bytes + [0x86, 0xdd, 0x60, 0, 0, 0, 0, 42, 58, 255] + six.bytes + victim.addresses[1].address.bytes
                + [136, 0, 0, 0, 0x20, 0, 0, 0] + other.addresses[1].address.bytes + [2, 1] + mac.bytes
                + Array("~neighbour".utf8),
            target.bytes + mac.bytes + [0x88, 0xb5] + Array("~protocol".utf8),
        ]
        for frame in forged { try await send(node, "evil", frame) }
        try await send(node, "evil", frame("own6", six))
        try await send(node, "evil", target.bytes + mac.bytes + [8, 6, 0, 1, 8, 0, 6, 4, 0, 2] + mac.bytes + four.bytes
            + target.bytes + victim.addresses[0].address.bytes + Array("~ownarp".utf8))
        try await send(node, "evil", frame("own4", four))
        #expect(texts(socket, of: victim.macAddress, until: ["own6", "ownarp", "own4"]) == ["own6", "ownarp", "own4"])
        // As ordinary traffic has it.
        for address in victim.addresses {
            let version = address.address.family == .v4 ? "-4" : "-6"
            let ping = Command("ping", version, "-c", "1", "-W", "5", "\(address.address)")
            #expect(try await node.inPod("evil") { try ping.run().succeeded })
        }

        // The attempts are real ones: without the guard they get through.
        try await node.onHost { try Command("nft", "insert", "rule", "bridge", "swiftlet", "senders", "accept").run().checked() }
        for frame in forged { try await send(node, "evil", frame) }
        try await send(node, "evil", frame("own4", four))
        let names: Set<String> = [
            "forged4", "forged6", "outside4", "link", "none4", "none6", "hardware4", "hardware6", "tagged", "arp", "arphardware",
            "neighbour", "protocol",
        ]
        #expect(texts(socket, of: victim.macAddress, until: names.union(["own4"])) == names.union(["own4"]))

        // Somebody takes the table away: it is there again.
        try await node.onHost { try Command("nft", "delete", "table", "bridge", "swiftlet").run().checked() }
        try await node.damageReports.wait(for: 1)
        try await send(node, "evil", frame("forged4", other.addresses[0].address))
        try await send(node, "evil", frame("own4", four))
        #expect(texts(socket, of: victim.macAddress, until: ["own4"]) == ["own4"])
        try await node.manager.removeAll()
        #expect(try await node.snapshot().split(separator: "\n").first == before.split(separator: "\n").first)
        #expect(try await !node.snapshot().contains("table bridge"))
    }

    @Test("A pod that sends for others does; one on two networks answers with both addresses; a restart changes nothing")
    func exceptions() async throws {
        let node = try await PrivateNode(definitions: Self.dual)
        try await node.makeNamespaces("router")
        var router = node.attachment("router")
        router.sendsForOthers = true
        let status = try await node.manager.setUp(router)
        #expect(try await node.manager.setUp(router) == status)
        try await node.makeNamespaces("two")
        var two = node.attachment("two")
        two.additional = [NetworkChoice(network: "back")]
        let own = try await node.manager.setUp(two)
        let victim = try await node.addPod("victim")
        let socket = try await capture(node, "victim")
        defer { close(socket) }
        func frame(_ text: String, _ from: String, _ mac: MACAddress) throws -> [UInt8] {
            datagram("~\(text)", from: try #require(IPAddress(from)), mac, to: victim.addresses[0].address, victim.macAddress)
        }
        let again = try await node.restartedManager()
        for (round, restart) in [false, true].enumerated() {
            if restart { try await again.retain(only: ["router", "two", "victim"]) }
            try await send(node, "two", try frame("forged", "192.0.2.77", own.macAddress))
            try await send(node, "router", try frame("routed", "192.0.2.77", status.macAddress))
            try await send(node, "two", try frame("back", "10.101.0.2", own.macAddress))
            #expect(texts(socket, of: victim.macAddress, until: ["routed", "back"]) == ["routed", "back"], "round \(round)")
        }
        // Off the second network its address is no longer the pod's.
        try await again.connect(["two": []])
        try await send(node, "two", try frame("back", "10.101.0.2", own.macAddress))
        try await send(node, "two", try frame("own", "\(own.addresses[0].address)", own.macAddress))
        #expect(texts(socket, of: victim.macAddress, until: ["own"]) == ["own"])
        try await again.removeAll()
        #expect(try await !node.snapshot().contains("table bridge"))
    }
}
