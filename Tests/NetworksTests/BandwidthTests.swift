import Glibc
import Linux
import NetworkSpec
import Networks
import TestSupport
import Testing

/// Limits of pods' interfaces, with real packets. A limit can only be too slow on a busy machine, so what is looked at is that
/// it is not too fast.
@Suite("Bandwidth", .needsPrivateHost, .awayFromPool) struct BandwidthTests {
    /// How long so many bytes take from one pod to another.
    private func time(_ node: PrivateNode, from sender: String, to receiver: String, _ address: String, _ port: UInt16) async throws -> Duration {
        let server = try await node.inPod(receiver) { try TestSocket.listener(port: port) }
        let client = try await node.inPod(sender) { try TestSocket.connection(to: address, port: port) }
        let (served, _) = try server.accept()
        let clock = ContinuousClock()
        let begun = clock.now
        let piece = String(repeating: "x", count: 1000)
        let writer = Task { @Sendable in for _ in 0..<300 { try client.send(piece) } }
        var received = 0
        while received < 300_000, let part = served.receive() { received += part.text.utf8.count }
        try await writer.value
        #expect(received == 300_000)
        return clock.now - begun
    }

    @Test("What comes in and what goes out is limited, each by itself; nothing is left") func limits() async throws {
        let node = try await PrivateNode()
        let before = try await node.snapshot()
        // 300 kB are 2.4 Mbit: with 4 Mbit/s and 64 KiB at once about half a second.
        let slow = try await node.addPod("slow", bandwidth: Bandwidth(ingress: 4_000_000, egress: nil))
        _ = try await node.addPod("quiet", bandwidth: Bandwidth(ingress: nil, egress: 4_000_000))
        let free = try await node.addPod("free")
        #expect(try await time(node, from: "free", to: "slow", "\(slow.addresses[0].address)", 80) > .milliseconds(300))
        #expect(try await time(node, from: "quiet", to: "free", "\(free.addresses[0].address)", 81) > .milliseconds(300))
        let text = try await node.onHost { try Command("tc", "qdisc", "show").run().checked().text }
        #expect(text.split(separator: "\n").filter { $0.contains("tbf") && $0.contains("rate 4Mbit") }.count == 2, "\(text)")
        #expect(text.split(separator: "\n").filter { $0.contains("qdisc ingress") }.count == 1)
        for uid in ["slow", "quiet", "free"] { try await node.removePod(uid) }
        #expect(try await node.snapshot() == before)
    }

    @Test("A limiter whose pod is not known is collected") func leftover() async throws {
        let node = try await PrivateNode()
        let before = try await node.snapshot()
        _ = try await node.addPod("quiet", bandwidth: Bandwidth(ingress: 1_000, egress: 1_000_000_000_000))
        try FileSystem.removeFile("\(node.directory("state"))/pods/quiet.json")
        try await node.restartedManager().removeAll()
        #expect(try await node.snapshot() == before)
    }
}
