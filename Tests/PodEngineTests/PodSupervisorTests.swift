import Glibc
import Linux
import PodEngine
import PodSpec
import Synchronization
import Testing

struct PodSupervisorTests {
    private let fixture: PodFixture
    private var machine: FakeMachine { fixture.machine }

    init() throws {
        fixture = try PodFixture()
        fixture.machine.addImage("web:1")
    }

    private let key = PodKey(namespace: "default", name: "a")

    @Test(.timeLimit(.minutes(1)))
    func `a file becomes a running pod, and its removal leaves nothing`() async throws {
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            let pod = try await engine.store.waitForPhase(.running)
            #expect(pod.file == "a.yaml")
            #expect(pod.pod.status?.podIP == "10.88.0.2")
            #expect(pod.containers.first?.pid != nil)
            let id = try #require(machine.running.first)
            #expect(id == "\(pod.pod.metadata.uid)_web_0")
            let exec = try await engine.exec(key, container: nil, ContainerExecRequest(command: ["true"]))
            #expect(String(decoding: exec.standardOutput, as: UTF8.self) == id)

            try fixture.remove("a.yaml")
            try await engine.store.waitUntilEmpty()
            #expect(try fixture.remains.isEmpty)
            let state = machine.state.withLock { $0 }
            #expect(state.containers.isEmpty && state.networks.isEmpty && state.namespaces.isEmpty)
            #expect(state.cgroups.isEmpty && state.mounts.isEmpty)
            #expect(state.journal.contains("signal \(SIGTERM) \(id)"))
            #expect(!state.journal.contains("signal \(SIGKILL) \(id)"))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a container that pays no attention is killed after its grace period`() async throws {
        machine.state.withLock { $0.stubborn = ["web"] }
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a", "terminationGracePeriodSeconds: 5"))
            let pod = try await engine.store.waitForPhase(.running)
            try fixture.remove("a.yaml")
            try await engine.store.wait("terminating") { $0.pods.first?.isTerminating == true ? true : nil }
            #expect(engine.store[key]?.pod.metadata.deletionTimestamp != nil)
            machine.clock.advance(by: .seconds(5))
            try await engine.store.waitUntilEmpty()
            #expect(machine.journal.contains("signal \(SIGKILL) \(pod.containers[0].id)"))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `the signal that ends a container is its image's`() async throws {
        machine.addImage("web:1", stopSignal: "SIGQUIT")
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            let pod = try await engine.store.waitForPhase(.running)
            try fixture.remove("a.yaml")
            try await engine.store.waitUntilEmpty()
            #expect(machine.journal.contains("signal \(SIGQUIT) \(pod.containers[0].id)"))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a crash is followed by a restart, a second one by back-off`() async throws {
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            let first = try await engine.store.waitForPhase(.running)
            let uid = first.pod.metadata.uid
            machine.end("\(uid)_web_0", exitCode: 1)
            let second = try await engine.store.wait("restart") { store in
                store.pods.first.flatMap { $0.containers[0].attempt == 1 && $0.containers[0].pid != nil ? $0 : nil }
            }
            #expect(second.pod.status?.containerStatuses[0].restartCount == 1)
            #expect(second.containers[0].previousLogPath?.hasSuffix("/web/0.log") == true)
            machine.end("\(uid)_web_1", exitCode: 2)
            let waiting = try await engine.store.waitForReason("CrashLoopBackOff")
            #expect(waiting.pod.status?.containerStatuses[0].lastState.terminated?.exitCode == 2)
            machine.clock.advance(by: .seconds(10))
            try await engine.store.wait("second restart") { store in
                store.pods.first?.containers[0].attempt == 2 && store.pods.first?.containers[0].pid != nil ? true : nil
            }
            // What the first attempt left is gone, but for the log of the one before the last.
            #expect(!machine.state.withLock { $0.containers.keys.contains("\(uid)_web_0") })
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a spec that asks for another pod replaces it, when the old one is gone`() async throws {
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            let old = try await engine.store.waitForPhase(.running)
            try fixture.put("a.yaml", PodFixture.manifest("a", "hostname: other"))
            let oldUID = old.pod.metadata.uid
            let new = try await engine.store.wait("new pod") { store in
                store.pods.first.flatMap {
                    $0.pod.metadata.uid != oldUID && $0.pod.status?.phase == .running ? $0 : nil
                }
            }
            let journal = machine.journal
            let gone = try #require(journal.firstIndex(of: "network down \(oldUID)"))
            let begun = try #require(journal.firstIndex(of: "start \(new.pod.metadata.uid)_web_0"))
            #expect(gone < begun)
            #expect(machine.running == ["\(new.pod.metadata.uid)_web_0"])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a changed label or file name changes nothing that runs`() async throws {
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            let old = try await engine.store.waitForPhase(.running)
            try fixture.put("a.yaml", PodFixture.manifest("a", labels: "tier: front"))
            let new = try await engine.store.wait("label") { store in
                store.pods.first.flatMap { $0.pod.metadata.labels["tier"] == "front" ? $0 : nil }
            }
            #expect(new.containers[0].pid == old.containers[0].pid)
            let folder = fixture.configuration.directories.manifests
            try FileSystem.rename("\(folder)/a.yaml", "\(folder)/b.yaml")
            let renamed = try await engine.store.wait("file") { store in
                store.pods.first.flatMap { $0.file == "b.yaml" ? $0 : nil }
            }
            #expect(renamed.containers[0].pid == old.containers[0].pid)
            #expect(engine.store.problems.isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `another agent with other defaults lets pods run; another spec under the same UID does not`() async throws {
        let text = PodFixture.manifest("a").replacing("name: a\n", with: "name: a\n  uid: given\n")
        try fixture.put("a.yaml", text)
        let record = fixture.folder("state/pods/given/pod.json")
        try await fixture.withEngine { engine in _ = try await engine.store.waitForPhase(.running) }
        // As if the agent that wrote it had had another default.
        let written = try FileSystem.readText(record)
        let other = written.replacing("terminationGracePeriodSeconds\": 30", with: "terminationGracePeriodSeconds\": 7")
        #expect(other != written)
        try FileSystem.write(record, Array(other.utf8))
        try await fixture.withEngine { engine in
            let pod = try await engine.store.waitForPhase(.running)
            #expect(pod.pod.spec.terminationGracePeriodSeconds == 7)
            #expect(machine.journal.filter { $0.hasPrefix("start") } == ["start given_web_0"])
            // Another spec as written: of this field nothing that runs depends.
            try fixture.put("a.yaml", text.replacing("spec:", with: "spec:\n  terminationGracePeriodSeconds: 30"))
            try await engine.store.wait("another pod") { store in
                store.pods.first.flatMap {
                    $0.pod.spec.terminationGracePeriodSeconds == 30 && $0.pod.status?.phase == .running ? true : nil
                }
            }
            #expect(machine.journal.filter { $0.hasPrefix("start") }.count == 1)
            try fixture.put("a.yaml", text.replacing("spec:", with: "spec:\n  hostname: other"))
            try await engine.store.wait("another pod") { store in
                store.pods.first.flatMap {
                    $0.pod.spec.hostname == "other" && $0.pod.status?.phase == .running ? true : nil
                }
            }
            #expect(machine.journal.filter { $0.hasPrefix("start") } == ["start given_web_0", "start given_web_0"])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a pod that goes while its image is pulled is cancelled`() async throws {
        machine.state.withLock { $0.stuckPulls = ["slow:1"] }
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a").replacing("web:1", with: "slow:1"))
            try await engine.store.wait("pull") { $0.pods.first?.containers.first?.pull != nil ? true : nil }
            try fixture.remove("a.yaml")
            try await engine.store.waitUntilEmpty()
            #expect(try fixture.remains.isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `reasons are those of Kubernetes`() async throws {
        machine.addImage("gone:1", isLocal: false)
        machine.state.withLock {
            $0.imageFailures["bad"] = ImageFailure(.invalidName, "no reference")
            $0.startFailures["web"] = ContainerFailure(.create, "no cgroup")
        }
        try await fixture.withEngine { engine in
            func put(_ name: String, _ image: String, _ policy: String = "IfNotPresent") throws {
                let text = PodFixture.manifest(name)
                    .replacing("\"web:1\"", with: "\"\(image)\", imagePullPolicy: \(policy)")
                try fixture.put("\(name).yaml", text)
            }
            try put("nowhere", "nowhere:1")
            try put("never", "gone:1", "Never")
            try put("bad", "bad")
            try put("a", "web:1")
            _ = try await engine.store.waitForReason("ImagePullBackOff", of: "nowhere")
            _ = try await engine.store.waitForReason("ErrImageNeverPull", of: "never")
            _ = try await engine.store.waitForReason("InvalidImageName", of: "bad")
            let made = try await engine.store.waitForReason("CreateContainerError")
            #expect(made.pod.status?.containerStatuses[0].state.waiting?.message == "no cgroup")
            machine.state.withLock { $0.startFailures = [:] }
            machine.clock.advance(by: .seconds(1))
            _ = try await engine.store.waitForPhase(.running)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a port that is taken keeps the pod waiting until it is free`() async throws {
        machine.state.withLock {
            $0.networkFailure = SandboxFailure(.hostPortConflict, "8080/tcp belongs to nginx (77)")
        }
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            let pod = try await engine.store.waitForReason("HostPortConflict")
            #expect(pod.pod.status?.message == "8080/tcp belongs to nginx (77)")
            machine.state.withLock { $0.networkFailure = nil }
            machine.clock.advance(by: .seconds(1))
            _ = try await engine.store.waitForPhase(.running)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a tear-down that fails goes on, and is tried again`() async throws {
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            _ = try await engine.store.waitForPhase(.running)
            machine.state.withLock { $0.tearDownFailures = 1 }
            try fixture.remove("a.yaml")
            let failed = try await engine.store.wait("failure") { store in
                store.pods.first.flatMap { $0.pod.status?.message == "the link is busy" ? $0 : nil }
            }
            // Everything but the record went.
            #expect(machine.state.withLock { $0.namespaces.isEmpty && $0.cgroups.isEmpty })
            #expect(try fixture.remains == ["state/pods/\(failed.pod.metadata.uid)"])
            machine.clock.advance(by: .seconds(1))
            try await engine.store.waitUntilEmpty()
            #expect(try fixture.remains.isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `another agent takes over what runs, and catches up with the folder`() async throws {
        for name in ["a", "b", "c"] { try fixture.put("\(name).yaml", PodFixture.manifest(name)) }
        let pids = Mutex<[String: Int32?]>([:])
        try await fixture.withEngine { engine in
            for name in ["a", "b", "c"] {
                let pod = try await engine.store.waitForPhase(.running, of: name)
                pids.withLock { $0[name] = pod.containers[0].pid }
            }
        }
        #expect(machine.running.count == 3)
        // While nobody is there: b crashes, c's file goes, a's file turns bad.
        let b = try #require(machine.running.first { machine.isOf($0, "b") })
        machine.end(b, exitCode: 9)
        try fixture.remove("c.yaml")
        try fixture.put("a.yaml", "kind: [")
        try await fixture.withEngine { engine in
            let a = try #require(engine.store[key])
            #expect(a.containers[0].pid == pids.withLock { $0["a"] } ?? nil)
            #expect(a.pod.status?.containerStatuses[0].restartCount == 0)
            #expect(engine.store.problems.map(\.file) == ["a.yaml"])
            let restarted = try await engine.store.wait("b restarts") { store in
                store[PodKey(namespace: "default", name: "b")].flatMap { $0.containers[0].attempt == 1 ? $0 : nil }
            }
            #expect(restarted.pod.status?.containerStatuses[0].lastState.terminated?.exitCode == 9)
            try await engine.store.wait("c goes") { $0.pods.count == 2 ? true : nil }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `what was left without a record is removed before anything else`() async throws {
        let uid = "11111111-2222-8333-8444-555555555555"
        try FileSystem.makeDirectories(fixture.folder("run/pods/\(uid)/containers/web_0"))
        try FileSystem.makeDirectories(fixture.folder("state/pods/\(uid)/volumes/data"))
        try FileSystem.makeDirectories(fixture.folder("logs/default_x_\(uid)/web"))
        try FileSystem.write(fixture.folder("state/pods/\(uid)/pod.json"), [])
        machine.state.withLock { _ = $0.cgroups.insert(uid) }
        try await fixture.withEngine { _ in }
        #expect(try fixture.remains.isEmpty)
        #expect(machine.state.withLock { $0.cgroups.isEmpty })
        #expect(machine.journal.contains("remove \(uid)_web_0"))
    }

    @Test(.timeLimit(.minutes(1)))
    func `fifty pods at once`() async throws {
        try await fixture.withEngine { engine in
            for number in 0..<50 { try fixture.put("p\(number).yaml", PodFixture.manifest("p\(number)")) }
            try await engine.store.wait("fifty") { store in
                store.pods.filter { $0.pod.status?.phase == .running }.count == 50 ? true : nil
            }
            for number in 0..<50 { try fixture.remove("p\(number).yaml") }
            try await engine.store.waitUntilEmpty()
            #expect(try fixture.remains.isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `two files that name one pod: the first stays, also for the next agent`() async throws {
        try fixture.put("z.yaml", PodFixture.manifest("a"))
        try await fixture.withEngine { engine in
            _ = try await engine.store.waitForPhase(.running)
            try fixture.put("b.yaml", PodFixture.manifest("a", "hostname: other"))
            let problem = try await engine.store.wait("problem") { $0.problems.first }
            #expect(problem.message.contains("z.yaml") && problem.message.contains("b.yaml"))
        }
        try await fixture.withEngine { engine in
            #expect(engine.store[key]?.file == "z.yaml")
            #expect(engine.store.problems.count == 1)
            try fixture.remove("z.yaml")
            try await engine.store.wait("second") { store in
                store.pods.first.flatMap { $0.file == "b.yaml" && $0.pod.status?.phase == .running ? true : nil }
            }
        }
    }
}

extension FakeMachine {
    /// Whether a container is of a pod of this name.
    func isOf(_ id: String, _ name: String) -> Bool {
        state.withLock { $0.containers[id]?.launch.logPath.contains("_\(name)_") ?? false }
    }
}

extension String {
    func replacing(_ text: String, with other: String) -> String {
        var result = ""
        var rest = self[...]
        while let range = rest.firstRange(of: text) {
            result += rest[..<range.lowerBound] + other
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}
