import Glibc
import Linux
import NetworkSpec
import Networks
import TestSupport
import Testing

/// Names of pods, with the real server.
@Suite("Names", .needsPrivateHost, .awayFromPool) struct NameTests {
    private func node(_ definitions: [String: String] = [:]) async throws -> PrivateNode {
        try await PrivateNode(definitions: definitions, nameServer: TestBinaries.nameServer)
    }

    private func dig(_ node: PrivateNode, in pod: String, _ server: String, _ question: String...) async throws -> String {
        try await node.inPod(pod) { try Command(["dig", "-r", "+short", "@\(server)"] + question).run().text }
    }

    private func pid(_ node: PrivateNode) throws -> pid_t {
        try #require(pid_t(try FileSystem.readText("\(node.directory.path)/names/aardvark.pid")))
    }

    /// Names come a moment behind the pod.
    private func started(_ node: PrivateNode) async throws -> pid_t {
        #expect(try await eventually { FileSystem.exists("\(node.directory.path)/names/aardvark.pid") })
        return try pid(node)
    }

    /// Runs what is expected to come true when a process has read its signal.
    private func eventually(_ body: () async throws -> Bool) async throws -> Bool {
        let deadline = Deadline(in: .seconds(20))
        while try await !body() {
            if deadline.hasPassed { return false }
        }
        return true
    }

    @Test func `a server whose file with its pid was deleted is found`() async throws {
        let node = try await node()
        let web = try await node.addPod("web")
        let gateway = try #require(web.gateways.first)
        _ = try await started(node)
        try FileSystem.removeFile("\(node.directory.path)/names/aardvark.pid")
        let late = try await node.addPod("late")
        let address = try #require(late.addresses.first).address.description
        #expect(try await eventually { try await dig(node, in: "web", "\(gateway)", "late.default.svc.cluster.local") == address + "\n" })
        try await node.removePod("late")
        try await node.removePod("web")
        #expect(!FileSystem.exists("\(node.directory.path)/names"))
    }

    @Test func `a server that is killed comes again although the files that it reads were deleted`() async throws {
        let node = try await node()
        let web = try await node.addPod("web")
        let gateway = try #require(web.gateways.first)
        let address = try #require(web.addresses.first?.address)
        let server = try await started(node)
        for name in try FileSystem.list("\(node.directory.path)/names") {
            try FileSystem.removeFile("\(node.directory.path)/names/\(name)")
        }
        kill(server, SIGKILL)
        #expect(try await eventually { try await dig(node, in: "web", "\(gateway)", "web.default.svc.cluster.local") == "\(address)\n" })
        try await node.removePod("web")
        #expect(!FileSystem.exists("\(node.directory.path)/names"))
    }

    @Test func podsFindEachOtherAndTheServerGoesWithTheLast() async throws {
        let node = try await node()
        let web = try await node.addPod("web")
        let gateway = try #require(web.gateways.first)
        #expect(web.nameServers == [gateway] && web.nameDomain == "cluster.local")
        let other = try await node.addPod("other")
        let address = try #require(other.addresses.first?.address)
        #expect(try await eventually { try await dig(node, in: "web", "\(gateway)", "other.default.svc.cluster.local") == "\(address)\n" })
        #expect(try await dig(node, in: "web", "\(gateway)", "-x", "\(address)") == "other.default.svc.\n")
        #expect(
            try await dig(node, in: "web", "\(gateway)", "_http._tcp.web.default.svc.cluster.local", "SRV")
                == "0 0 80 web.default.svc.cluster.local.\n"
        )
        let server = try await started(node)
        try await node.removePod("other")
        #expect(try await eventually { try await dig(node, in: "web", "\(gateway)", "other.default.svc.cluster.local").isEmpty })
        try await node.removePod("web")
        // It has ended before the last pod's removal returned.
        #expect(ProcessHandle.startTime(of: server) == nil)
        #expect(!FileSystem.exists("\(node.directory.path)/names"))
        // And comes again with the next.
        _ = try await node.addPod("next")
        #expect(try await eventually { try await !dig(node, in: "next", "\(gateway)", "next.default.svc.cluster.local").isEmpty })
        try await node.removePod("next")
        #expect(!FileSystem.exists("\(node.directory.path)/problems"))
    }

    @Test func aServerThatIsKilledComesAgain() async throws {
        let node = try await node()
        let web = try await node.addPod("web")
        let gateway = try #require(web.gateways.first)
        let first = try await started(node)
        try ProcessHandle(pid: first).signal(SIGKILL)
        // The next one may find the port still taken, for as long as the kernel clears up: then there is no file for a moment.
        #expect(try await eventually { (try? pid(node)).map { $0 != first } ?? false })
        #expect(try await eventually { try await !dig(node, in: "web", "\(gateway)", "web.default.svc.cluster.local").isEmpty })
        try await node.removePod("web")
    }

    @Test func aRestartedAgentKeepsTheServer() async throws {
        let node = try await node()
        _ = try await node.addPod("web")
        let first = try await started(node)
        let manager = try await node.restartedManager()
        #expect(try await manager.status(podUID: "web")?.nameDomain == "cluster.local")
        #expect(try pid(node) == first)
        try await node.removePod("web")
    }

    @Test func whereThePortIsTakenThePodStartsWithoutNames() async throws {
        let definition = #"{"name": "podnet", "id": "\#(String(repeating: "1", count: 64))", "driver": "bridge", "network_interface": "test0", "subnets": [{"subnet": "10.77.0.0/24", "gateway": "10.77.0.1"}], "dns_enabled": true, "network_dns_servers": ["192.0.2.2"]}"#
        let node = try await node(["podnet.json": definition])
        let occupant = try await node.onHost {
            let address = try #require(SocketAddress("0.0.0.0", port: 53))
            return try DatagramSocket.bind(to: address).release()
        }
        let web = try await node.addPod("web")
        #expect(web.nameServers.map(\.description) == ["192.0.2.2"] && web.nameDomain == nil)
        #expect(try FileSystem.readText("\(node.directory.path)/problems").contains("another program has the port for names"))
        _ = close(occupant)
        try await node.removePod("web")
    }

    @Test func aNetworkThatWantsNoneHasNone() async throws {
        let definition = #"{"name": "podnet", "id": "\#(String(repeating: "1", count: 64))", "driver": "bridge", "network_interface": "test0", "subnets": [{"subnet": "10.77.0.0/24"}], "dns_enabled": false}"#
        let node = try await node(["podnet.json": definition])
        let web = try await node.addPod("web")
        #expect(web.nameServers.isEmpty && web.nameDomain == nil)
        #expect(!FileSystem.exists("\(node.directory.path)/names"))
        try await node.removePod("web")
    }
}
