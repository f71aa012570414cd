import Glibc
import Linux
import PodEngine
import PodSpec
import TestSupport
import Testing

/// What no pod has goes while the agent runs, and not only when it starts.
@Suite(.timeLimit(.minutes(1)))
struct GarbageCollectorTests {
    private let orphan = "0f0f0f0f-0000-8000-8000-000000000001"

    private func wait(_ what: String, until isSo: () throws -> Bool) async throws {
        let deadline = Deadline(in: .seconds(20))
        // Nobody tells when a folder is gone.
        while try !isSo() {
            if deadline.hasPassed { throw TimedOut(description: what) }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Folders of a pod without a record, with a container, a mount, a cgroup and a network.
    private func leave(_ uid: String, in fixture: PodFixture) throws {
        let run = "\(fixture.configuration.directories.run)/pods/\(uid)"
        try FileSystem.makeDirectories("\(run)/containers/web_0")
        try FileSystem.makeDirectories("\(fixture.configuration.directories.state)/pods/\(uid)/volumes/data")
        fixture.machine.state.withLock { state in
            state.mounts.insert("\(run)/volumes/memory")
            state.cgroups.insert(uid)
            state.networks[uid] = PodNetworkState(network: "default", interface: "eth0", addresses: ["10.88.0.9"])
        }
    }

    @Test(arguments: [true, false])
    func `leftovers go after an event, or after the period`(byEvent: Bool) async throws {
        let fixture = try PodFixture { $0.garbagePeriod = byEvent ? nil : .seconds(60) }
        let machine = fixture.machine
        machine.addImage("web:1")
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            let running = try await engine.store.waitForPhase(.running)
            try leave(orphan, in: fixture)
            // A network without a folder.
            machine.state.withLock { $0.networks["lost"] = $0.networks[orphan] }
            if byEvent {
                try fixture.put("b.yaml", PodFixture.manifest("b"))
            } else {
                await machine.clock.waitForSleeper()
                machine.clock.advance(by: .seconds(60))
            }
            try await wait("nothing is left of it") {
                try !fixture.remains.contains { $0.contains(orphan) } && machine.state.withLock { $0.networks["lost"] == nil }
            }
            let uid = running.pod.metadata.uid
            machine.state.withLock { state in
                #expect(!state.cgroups.contains(orphan) && state.networks[orphan] == nil)
                #expect(!state.mounts.contains { $0.contains(orphan) })
                #expect(state.cgroups.contains(uid) && state.networks[uid] != nil)
            }
            #expect(machine.journal.contains("remove \(orphan)_web_0"))
            #expect(!machine.journal.contains("network down \(uid)"), "the pod that lives is left alone")
            #expect(try fixture.remains.contains("run/pods/\(uid)"))
        }
    }

    @Test func `a cgroup or a log of somebody else's pod is left alone`() async throws {
        let fixture = try PodFixture()
        fixture.machine.addImage("web:1")
        fixture.machine.state.withLock { _ = $0.cgroups.insert("somebody") }
        let log = "\(fixture.configuration.directories.logs)/default_other_somebody"
        try FileSystem.makeDirectories(log)
        try await fixture.withEngine { engine in
            try leave(orphan, in: fixture)
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            _ = try await engine.store.waitForPhase(.running)
            try await wait("a look") { try !fixture.remains.contains { $0.contains(orphan) } }
            #expect(fixture.machine.state.withLock { $0.cgroups.contains("somebody") })
            #expect(FileSystem.exists(log))
        }
    }

    @Test func `what a pod of this agent left after all goes too`() async throws {
        let fixture = try PodFixture()
        let machine = fixture.machine
        machine.addImage("web:1")
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            let uid = try await engine.store.waitForPhase(.running).pod.metadata.uid
            try fixture.remove("a.yaml")
            try await engine.store.waitUntilEmpty()
            // Made again by nobody who could be asked: a cgroup alone, and logs.
            machine.state.withLock { _ = $0.cgroups.insert(uid) }
            let log = "\(fixture.configuration.directories.logs)/default_a_\(uid)"
            try FileSystem.makeDirectories(log)
            try fixture.put("b.yaml", PodFixture.manifest("b"))
            try await wait("both are gone") {
                !FileSystem.exists(log) && machine.state.withLock { !$0.cgroups.contains(uid) }
            }
        }
    }

    @Test func `logs of earlier attempts are kept for as long as is said, and as many as are said`() async throws {
        var backoffs = BackoffPolicies()
        backoffs.crash = Backoff.Policy(initial: .zero, maximum: .zero, resetAfter: .seconds(600))
        let fixture = try PodFixture(backoffs: backoffs) { configuration in
            configuration.deadAttempts.perContainer = 0
            // Of the clock of the test, which is not that of the files.
            configuration.deadAttempts.minimumAge = .seconds(365 * 86_400)
            configuration.garbagePeriod = .seconds(60)
        }
        let machine = fixture.machine
        machine.addImage("web:1")
        machine.state.withLock { $0.shortLived = ["web"] }
        func logs(_ uid: String) throws -> [String] {
            try FileSystem.list("\(fixture.configuration.directories.logs)/default_a_\(uid)/web").sorted()
        }
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            let pod = try await engine.store.wait("restarts") { store in
                store.pods.first { $0.containers.first.map { $0.attempt >= 5 } ?? false }
            }
            // None may go yet, though none is to be kept.
            #expect(try logs(pod.pod.metadata.uid).contains("0.log"))
            machine.state.withLock { $0.shortLived = [] }
            let calm = try await engine.store.wait("calm") { store in store.pods.first { $0.containers.first?.pid != nil } }
            machine.clock.setWall(Timestamp(seconds: 4_000_000_000))
            await machine.clock.waitForSleeper()
            machine.clock.advance(by: .seconds(60))
            let latest = calm.containers[0].attempt
            try await wait("the old ones are gone") {
                try logs(pod.pod.metadata.uid).allSatisfy { Int($0.prefix { $0 != "." }).map { $0 >= latest } ?? true }
            }
        }
    }
}
