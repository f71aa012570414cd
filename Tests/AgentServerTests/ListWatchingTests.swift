import AgentAPI
import AgentClient
import AgentServer
import JSONCoding
import Linux
import PodSpec
import Synchronization
import TestSupport
import Testing

/// Watches of what makes pods, and of what is on the node beside them.
@Suite(.timeLimit(.minutes(1))) struct ListWatchingTests {
    static func deployment(_ name: String, replicas: Int32 = 1, uid: String? = nil) -> WorkloadDetail {
        var metadata = ObjectMeta(name: name, uid: uid ?? "uid-\(name)")
        metadata.labels = ["app": name]
        let spec = DeploymentSpec(replicas: replicas, selector: LabelSelector(), template: PodTemplate(spec: Pod.Spec(containers: [])))
        return WorkloadDetail(object: .deployment(Deployment(metadata: metadata, spec: spec)), file: "w.yaml", events: [])
    }

    /// What is read, one by one, while the test goes on.
    private func read(
        _ test: TestServer,
        _ type: ResourceType,
        until last: String,
        name: String? = nil,
        onEvent: @escaping @Sendable (String) -> Void
    ) async throws {
        try await test.client { connection in
            try ResourceEvents(of: type, namespace: nil, name: name).read(connection) { (events) throws(Fault) in
                for event in events {
                    let text = "\(event.type.rawValue) \(event.item?.name ?? "-")"
                    onEvent(text)
                    if text == last { return false }
                }
                return true
            }
        }
    }

    @Test func workloadsAreToldAsTheyChange() async throws {
        try await TestServer.with { test async throws in
            let node = test.node
            node.set(workloads: [Self.deployment("a"), Self.deployment("b")])
            let seen = Mutex<[String]>([])
            try await read(test, .deployment, until: "DELETED c") { text in
                seen.withLock { $0.append(text) }
                switch text {
                case "BOOKMARK -": node.set(workloads: [Self.deployment("a", replicas: 2), Self.deployment("b")])
                case "MODIFIED a": node.set(workloads: [Self.deployment("a", replicas: 2), Self.deployment("b", uid: "another")])
                case "ADDED b" where seen.withLock({ $0.count }) > 4:
                    node.set(workloads: [Self.deployment("c")])
                case "ADDED c": node.set(workloads: [])
                default: break
                }
            }
            // One of the same name that was made anew is another one.
            #expect(
                seen.withLock { $0 } == [
                    "ADDED a", "ADDED b", "BOOKMARK -", "MODIFIED a", "DELETED b", "ADDED b", "DELETED a", "DELETED b",
                    "ADDED c", "DELETED c",
                ]
            )
        }
    }

    @Test func aSignWithoutAChangeIsNoEvent() async throws {
        try await TestServer.with { test async throws in
            let node = test.node
            node.set(workloads: [Self.deployment("a")])
            let seen = Mutex<[String]>([])
            try await read(test, .deployment, until: "ADDED z") { text in
                seen.withLock { $0.append(text) }
                guard text == "BOOKMARK -" else { return }
                node.set(workloads: [Self.deployment("a")])
                node.set(workloads: [Self.deployment("a"), Self.deployment("z")])
            }
            #expect(seen.withLock { $0 } == ["ADDED a", "BOOKMARK -", "ADDED z"])
        }
    }

    @Test func networksAreReadAgainWhenAnEventIsAboutThem() async throws {
        try await TestServer.with { test async throws in
            let node = test.node
            let seen = Mutex<[String]>([])
            try await read(test, .network, until: "ADDED other") { text in
                seen.withLock { $0.append(text) }
                guard text == "BOOKMARK -" else { return }
                // About something else: nobody looks.
                node.events.post(NodeEvent(time: "", type: .normal, subject: .manifest, reason: "X", message: ""))
                node.state.withLock { $0.networks.append(NetworkSummary(name: "other", driver: "bridge")) }
                node.events.post(NodeEvent(time: "", type: .normal, subject: .network, reason: "NetworkAttached", message: ""))
            }
            #expect(seen.withLock { $0 } == ["ADDED podnet", "BOOKMARK -", "ADDED other"])
        }
    }

    @Test func oneOfANameIsTold() async throws {
        try await TestServer.with { test async throws in
            let seen = Mutex<[String]>([])
            let node = test.node
            try await read(test, .network, until: "ADDED other", name: "other") { text in
                seen.withLock { $0.append(text) }
                guard text == "BOOKMARK -" else { return }
                node.state.withLock { $0.networks.append(NetworkSummary(name: "other", driver: "bridge")) }
                node.events.post(NodeEvent(time: "", type: .normal, subject: .network, reason: "NetworkAttached", message: ""))
            }
            #expect(seen.withLock { $0 } == ["BOOKMARK -", "ADDED other"])
        }
    }

    @Test func aBatchOfManyIsTakenApart() throws {
        var state = WatchState<NetworkSummary>()
        let many = (0..<200).map { NetworkSummary(name: "n\($0)", driver: "bridge") }
        #expect(state.changes(to: many).map(\.type) == Array(repeating: .added, count: 200))
        #expect(state.changes(to: many) == [])
        #expect(state.changes(to: []).count == 200)
    }
}
