import JSONCoding
import Linux
import OCISpec
import PodEngine
import Synchronization
import TestSupport
import Testing

/// Which images go when the disk is full.
struct ImageGarbageTests {
    private func image(_ name: String) -> KeptImage { KeptImage(identifier: "sha256:\(name)", names: [name]) }

    private func moment(_ seconds: Int64) -> Monotonic { Monotonic(nanoseconds: seconds * 1_000_000_000) }

    @Test func `those that nobody has used for the longest time go first, and young ones stay`() {
        var garbage = ImageGarbage(ImageGarbage.Policy())
        let images = ["a", "b", "c"].map(image)
        #expect(garbage.candidates(images, used: ["a", "sha256:b"], at: moment(0)) == [])
        // c has been there for long enough, and nobody has used it.
        #expect(garbage.candidates(images, used: ["a", "sha256:b"], at: moment(200)) == [image("c")])
        #expect(garbage.candidates(images, used: ["a"], at: moment(300)) == [image("c")])
        // b was last used at 200, a at 300.
        #expect(garbage.candidates(images, used: [], at: moment(430)).map(\.names) == [["c"], ["b"], ["a"]])
        // One that went and came back is young again.
        #expect(garbage.candidates([image("b")], used: [], at: moment(440)) == [image("b")])
        #expect(garbage.candidates(images, used: [], at: moment(500)) == [image("b")])
    }

    @Test(arguments: [
        (84, false, false), (85, true, false), (100, true, false), (80, false, true), (0, false, true),
    ] as [(Int64, Bool, Bool)])
    func `thresholds are percents of what anybody may use`(used: Int64, begins: Bool, ends: Bool) {
        let garbage = ImageGarbage(ImageGarbage.Policy())
        let usage = DiskUsage(capacity: 1000, available: 1000 - used * 10)
        #expect(usage.usedPercent == used)
        #expect(garbage.mustBegin(usage) == begins && garbage.mayEnd(usage) == ends)
    }

    @Test func `with a high threshold of 100 nothing ever goes`() {
        var policy = ImageGarbage.Policy()
        policy.highPercent = 100
        #expect(!ImageGarbage(policy).mustBegin(DiskUsage(capacity: 1000, available: 0)))
    }

    @Test func `what nobody has used for longer than it may goes whatever the disk says`() {
        var policy = ImageGarbage.Policy()
        policy.maximumAge = .seconds(1000)
        var garbage = ImageGarbage(policy)
        let images = ["a", "b"].map(image)
        _ = garbage.candidates(images, used: ["a"], at: moment(0))
        let first = garbage.candidates(images, used: ["a"], at: moment(900))
        #expect(garbage.outlived(first, at: moment(900)) == [])
        let second = garbage.candidates(images, used: ["a"], at: moment(1001))
        #expect(garbage.outlived(second, at: moment(1001)) == [image("b")])
        let without = ImageGarbage(ImageGarbage.Policy())
        #expect(without.outlived(second, at: moment(100_000)) == [])
    }

    @Test func `mounted layers are those of all bundles that are there`() throws {
        let folder = try TemporaryDirectory("layers")
        let bundle = folder("pods/uid/containers/web_0/bundle")
        try FileSystem.makeDirectories(bundle)
        try FileSystem.makeDirectories(folder("pods/uid/containers/web_1"))
        #expect(try MountedLayers(run: folder(""), mounts: FakeMachine()).folders() == [])
        try FileSystem.write(
            "\(bundle)/config.json",
            Array(#"{"ociVersion":"1.2.0","mounts":[{"destination":"/","options":["lowerdir=/l/b:/l/a"]}]}"#.utf8)
        )
        #expect(try MountedLayers(run: folder(""), mounts: FakeMachine()).folders() == ["/l/a", "/l/b"])
        // What cannot be read might have mounted anything.
        try FileSystem.write("\(bundle)/config.json", Array("{".utf8))
        #expect(throws: (any Error).self) { try MountedLayers(run: folder(""), mounts: FakeMachine()).folders() }
        #expect(try MountedLayers(run: folder("nowhere"), mounts: FakeMachine()).folders() == [])
    }

    @Test(.needsPrivateHost)
    func `layers of image volumes are told by the mounts of the host, however many`() throws {
        let folder = try TemporaryDirectory("volume-layers")
        let few = try (0..<2).map { try folder.makeDirectory("few/\($0)") }
        // More than a page of options holds.
        let many = try (0..<60).map { try folder.makeDirectory("many/" + String(repeating: "l", count: 100) + "\($0)") }
        let points = try ["a", "b"].map { try folder.makeDirectory("run/pods/uid/volumes/\($0)") }
        let elsewhere = try folder.makeDirectory("run/podsother")
        try inPrivateNetwork {
            let mounts = HostMounts()
            let layers = MountedLayers(run: folder("run"), mounts: mounts)
            try mounts.mountLayers(many, on: elsewhere, userNamespace: nil)
            #expect(try layers.folders() == [])
            try mounts.mountLayers(few, on: points[0], userNamespace: nil)
            #expect(try layers.folders() == Set(few))
            try mounts.mountLayers(many, on: points[1], userNamespace: nil)
            #expect(try layers.folders() == Set(few + many))
            for point in points + [elsewhere] { try mounts.unmount(point) }
            #expect(try layers.folders() == [])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `an image that is a volume is used, and its layers stay also where its tag has moved`() async throws {
        let fixture = try PodFixture()
        fixture.machine.addImage("web:1")
        fixture.machine.addImage("files:1")
        let keeping = FakeImages(["web:1", "files:1", "old:1", "older:1"])
        try await fixture.withEngine(imageKeeping: keeping) { engine in
            try fixture.put(
                "a.yaml",
                PodFixture.manifest(
                    "a",
                    "volumes: [{name: files, image: {reference: \"files:1\"}}]",
                    container: "volumeMounts: [{name: files, mountPath: /files}]"
                )
            )
            _ = try await engine.store.waitForPhase(.running)
            await keeping.waitForLook(1)
            fixture.machine.clock.advance(by: .seconds(300))
            await keeping.waitForRemoval(2)
            // By name it would have been the first to go.
            #expect(Set(keeping.removed) == ["old:1", "older:1"])
            let mounted = fixture.machine.state.withLock { Set($0.layers.values.flatMap(\.self)) }
            #expect(!mounted.isEmpty && keeping.spared.isSuperset(of: mounted))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a full disk is emptied until enough is free, of what no pod uses`() async throws {
        let fixture = try PodFixture()
        fixture.machine.addImage("web:1")
        let keeping = FakeImages(["web:1", "old:1", "older:1"])
        try await fixture.withEngine(imageKeeping: keeping) { engine in
            try fixture.put("a.yaml", PodFixture.manifest("a"))
            _ = try await engine.store.waitForPhase(.running)
            await keeping.waitForLook(1)
            #expect(keeping.removed == [])
            fixture.machine.clock.advance(by: .seconds(300))
            await keeping.waitForLook(2)
            // 95 percent, then 85, then 75.
            await keeping.waitForRemoval(2)
            #expect(Set(keeping.removed) == ["old:1", "older:1"])
        }
    }
}

/// Images that take ten percent of a disk each.
private final class FakeImages: ImageKeeping {
    private struct State {
        var names: [String]
        var looks = 0
        var removed: [String] = []
        var spared: Set<String> = []
        var waiting: [(condition: @Sendable (Int, Int) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []

        mutating func due() -> [CheckedContinuation<Void, Never>] {
            let (looks, count) = (looks, removed.count)
            defer { waiting.removeAll { $0.condition(looks, count) } }
            return waiting.filter { $0.condition(looks, count) }.map(\.continuation)
        }
    }

    private let state: Mutex<State>

    init(_ names: [String]) { state = Mutex(State(names: names)) }

    var removed: [String] { state.withLock { $0.removed } }
    /// What was to stay at the latest removal.
    var spared: Set<String> { state.withLock { $0.spared } }

    func waitForLook(_ number: Int) async { await wait { looks, _ in looks >= number } }
    func waitForRemoval(_ number: Int) async { await wait { _, removed in removed >= number } }

    private func wait(_ condition: @escaping @Sendable (Int, Int) -> Bool) async {
        await withCheckedContinuation { continuation in
            let due = state.withLock { state in
                state.waiting.append((condition, continuation))
                return state.due()
            }
            for waiter in due { waiter.resume() }
        }
    }

    func images() async throws(ImageFailure) -> [KeptImage] {
        state.withLock { $0.names.map { KeptImage(identifier: $0, names: [$0]) } }
    }

    func remove(_ image: KeptImage, sparing mounted: Set<String>) async throws(ImageFailure) {
        let due = state.withLock { state in
            state.names.removeAll { $0 == image.identifier }
            state.removed.append(image.identifier)
            state.spared = mounted
            return state.due()
        }
        for waiter in due { waiter.resume() }
    }

    func normalized(_ reference: String) -> String { reference }

    func diskUsage() throws(ImageFailure) -> DiskUsage {
        let (count, due) = state.withLock { state in
            state.looks += 1
            return (Int64(state.names.count), state.due())
        }
        for waiter in due { waiter.resume() }
        return DiskUsage(capacity: 100, available: 35 - count * 10)
    }
}
