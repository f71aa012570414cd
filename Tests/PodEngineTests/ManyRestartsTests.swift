import Glibc
import Linux
import PodEngine
import PodSpec
import Testing

/// A container that crashes at once, for as long as there is somebody to start it. What ten thousand come to is tested where the
/// state machine is; here a thousand show whether anything grows with them.
struct ManyRestartsTests {
    /// What a pod leaves on disk and in memory.
    private struct Remains: Equatable, CustomStringConvertible {
        var logs: Int
        var runFolders: Int
        var stateFolders: Int
        var containers: Int
        var mounts: Int
        /// Bytes; figures in them grow by a digit now and then.
        var history: Int
        var status: Int
        var events: Int

        var description: String {
            "logs \(logs), run \(runFolders), state \(stateFolders), containers \(containers), mounts \(mounts), "
                + "history \(history) B, status \(status) B, events \(events)"
        }

        func fits(_ other: Remains) -> Bool {
            logs <= other.logs && runFolders <= other.runFolders && stateFolders <= other.stateFolders
                && containers <= other.containers && mounts <= other.mounts && events <= other.events
                && history <= other.history + 64 && status <= other.status + 64
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `after a thousand restarts there is no more of it than after a hundred`() async throws {
        var backoffs = BackoffPolicies()
        backoffs.crash = Backoff.Policy(initial: .zero, maximum: .zero, resetAfter: .seconds(600))
        // In memory: what is measured is what is left, not what a disk takes for two thousand times fsync(2).
        var template = Array("/dev/shm/swiftlet-restarts-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let state = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { #expect(throws: Never.self) { try FileSystem.removeTree(state) } }
        let fixture = try PodFixture(backoffs: backoffs, state: state)
        let machine = fixture.machine
        machine.addImage("web:1")
        machine.state.withLock { $0.shortLived = ["web"] }
        try await fixture.withEngine { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            try fixture.put("b.yaml", PodFixture.manifest("b").replacing("name: web,", with: "name: calm,"))
            let calm = try await engine.store.waitForPhase(.running, of: "b")
            func remains(after count: Int32) async throws -> Remains {
                let pod = try await restarts(count, engine.store)
                return try measure(pod, fixture)
            }
            let early = try await remains(after: 100)
            machine.state.withLock { $0.journal = [] }
            let late = try await remains(after: 1_000)
            #expect(late.fits(early), "\(early); \(late)")
            #expect(late.logs <= 3 && late.events <= 64)
            // The other pod has not noticed.
            let other = try #require(engine.store.pods.first { $0.key.name == "b" })
            #expect(other.containers == calm.containers && other.pod.status?.containerStatuses.first?.restartCount == 0)
            try fixture.remove("a.yaml")
            try fixture.remove("b.yaml")
            try await engine.store.waitUntilEmpty()
            #expect(try fixture.remains == [] && FileSystem.list("\(state)/pods") == [])
        }
    }

    /// Waits for so many restarts, for as long as they go on.
    private func restarts(_ count: Int32, _ store: PodStore) async throws -> PodSnapshot {
        for await _ in store.changes() {
            guard let pod = store.pods.first(where: { $0.key.name == "a" }) else { continue }
            if pod.pod.status?.containerStatuses.first?.restartCount ?? 0 >= count { return pod }
        }
        throw TimedOut(description: "the store has ended")
    }

    private func measure(_ pod: PodSnapshot, _ fixture: PodFixture) throws -> Remains {
        let uid = pod.pod.metadata.uid
        // What is being made or removed right now may be gone before it is counted.
        func count(_ folder: String) -> Int { (try? FileSystem.list(fixture.folder(folder)).count) ?? 0 }
        let logs = try FileSystem.list(fixture.folder("logs")).first { $0.contains("_a_") } ?? ""
        return Remains(
            logs: count("logs/\(logs)/web"),
            runFolders: max(2, count("run/pods/\(uid)/containers")),
            stateFolders: max(2, (try? FileSystem.list("\(fixture.configuration.directories.state)/pods/\(uid)/containers").count) ?? 0),
            containers: max(3, fixture.machine.state.withLock { $0.containers.count }),
            mounts: fixture.machine.state.withLock { $0.mounts.count },
            history: try FileSystem.read("\(fixture.configuration.directories.state)/pods/\(uid)/state.json").count,
            status: "\(pod.pod.status as Any)".utf8.count,
            events: pod.events.count
        )
    }
}
