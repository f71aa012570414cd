import Glibc
import Linux
import NetworkSpec
import Networks
import Synchronization
import TestSupport
import Testing

/// What others do to the table of the pods' network, all in private namespaces.
@Suite("Damage to the firewall", .needsPrivateHost, .awayFromPool) struct FirewallDamageTests {
    private func nft(_ node: PrivateNode, _ line: String) async throws -> String {
        try await node.onHost { try Command(["nft"] + line.split(separator: " ").map(String.init)).run().checked().text }
    }

    /// Waits for the repair, by the kernel's word; the table as it is then.
    private func table(of node: PrivateNode, when damage: String) async throws -> String {
        let told = node.damageReports.count
        _ = try await nft(node, damage)
        try await node.damageReports.wait(for: told + 1)
        return try await nft(node, "-s list table inet swiftlet")
    }

    @Test(
        "A published port works again after everything was flushed, and the table is as it was",
        arguments: [
            "flush ruleset", "delete table inet swiftlet", "flush table inet swiftlet", "flush chain inet swiftlet host_ports",
            "flush map inet swiftlet ports4", "delete element inet swiftlet bridges { swiftlet0 }",
        ]
    ) func repair(damage: String) async throws {
        let node = try await PrivateNode()
        _ = try await node.addPod("web", ports: [PortMapping(hostPort: 8080, containerPort: 80)])
        let server = try await node.inPod("web") { try TestSocket.listener(port: 80) }
        let whole = try await nft(node, "-s list table inet swiftlet")
        #expect(try await table(of: node, when: damage) == whole)
        #expect(node.damageReports.last == "\"nft\" removed rules of the pods' network: they are made again")
        let client = try await node.outside { try TestSocket.connection(to: "192.0.2.1", port: 8080) }
        let (served, peer) = try server.accept()
        #expect(peer == "192.0.2.2")
        try client.send("ping")
        #expect(served.receive()?.text == "ping")
        // Twice, and with a pod that came in between.
        _ = try await node.addPod("more", ports: [PortMapping(hostPort: 8081, containerPort: 80)])
        let more = try await nft(node, "-s list table inet swiftlet")
        #expect(try await table(of: node, when: damage) == more)
        try await node.manager.removeAll()
    }

    @Test("What others add stays, what they do elsewhere is none of ours, and what is not needed is not made again") func noDamage()
        async throws
    {
        let node = try await PrivateNode()
        _ = try await node.addPod("web")
        for line in [
            "add table inet other", "add chain inet swiftlet theirs", "delete table inet other", "add table ip swiftlet",
            "delete table ip swiftlet",
        ] { _ = try await nft(node, line) }
        // The first to be told is the last that happened.
        let text = try await table(of: node, when: "flush chain inet swiftlet forward")
        #expect(text.contains("chain theirs") && node.damageReports.count == 1)
        try await node.removePod("web")
        #expect(try await nft(node, "list ruleset") == "")
        _ = try await nft(node, "add table inet swiftlet")
        _ = try await nft(node, "delete table inet swiftlet")
        _ = try await node.addPod("again")
        _ = try await table(of: node, when: "flush ruleset")
        #expect(node.damageReports.count == 2)
        try await node.manager.removeAll()
    }
}
