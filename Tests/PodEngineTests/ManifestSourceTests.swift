import Glibc
import Linux
import PodEngine
import PodSpec
import Synchronization
import TestSupport
import Testing

/// On a real folder with real inotify. The source runs in a task of its own; its latest snapshot is waited for.
struct ManifestSourceTests {
    private final class Watched: Sendable {
        let parent: TemporaryDirectory
        let folder: String
        private let latest = Mutex(ManifestSnapshot())
        private let history = Mutex<[ManifestSnapshot]>([])
        private let listeners = Mutex<[AsyncStream<Void>.Continuation]>([])

        init() throws {
            parent = try TemporaryDirectory("manifests")
            folder = try parent.makeDirectory("m")
        }

        var snapshot: ManifestSnapshot { latest.withLock { $0 } }
        var all: [ManifestSnapshot] { history.withLock { $0 } }

        func run(incumbents: [DesiredPod] = [], _ body: @escaping @Sendable () async throws -> Void) async throws {
            let folder = folder
            try await withThrowingTaskGroup(of: Void.self) { group in
                let begun = AsyncStream<Void>.makeStream()
                group.addTask {
                    var source = try ManifestSource(directory: folder, incumbents: incumbents)
                    self.publish(try source.first())
                    begun.continuation.finish()
                    while true { self.publish(try await source.next()) }
                }
                group.addTask {
                    for await _ in begun.stream {}
                    try await body()
                }
                do { try await group.next() } catch is CancellationError {}
                group.cancelAll()
            }
        }

        private func publish(_ snapshot: ManifestSnapshot) {
            latest.withLock { $0 = snapshot }
            history.withLock { $0.append(snapshot) }
            for listener in listeners.withLock({ $0 }) { listener.yield() }
        }

        func wait(_ what: String, _ found: @escaping @Sendable (ManifestSnapshot) -> Bool) async throws {
            let updates = AsyncStream<Void>.makeStream()
            listeners.withLock { $0.append(updates.continuation) }
            if found(snapshot) { return }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await _ in updates.stream where found(self.snapshot) { return }
                    throw CancellationError()
                }
                group.addTask {
                    try await Task.sleep(for: .seconds(10))
                    throw TimedOut(description: "\(what): \(self.snapshot)")
                }
                try await group.next()
                group.cancelAll()
            }
        }

        func waitForPods(_ names: Set<String>) async throws {
            try await wait("\(names)") { Set($0.pods.keys.map(\.name)) == names }
        }

        func write(_ name: String, _ text: String) throws {
            try FileSystem.write("\(folder)/\(name)", Array(text.utf8))
        }
        func put(_ name: String, _ text: String) throws {
            let temporary = try parent.write("incoming", text)
            try FileSystem.rename(temporary, "\(folder)/\(name)")
        }
    }

    private func pod(_ name: String, image: String = "web:1") -> String {
        PodFixture.manifest(name).replacing("web:1", with: image)
    }

    private func image(_ snapshot: ManifestSnapshot, _ name: String) -> String? {
        snapshot.pods[PodKey(namespace: "default", name: name)]?.pod.spec.containers[0].image
    }

    /// `install`, and whatever else copies modes and times.
    @Test(.timeLimit(.minutes(1)))
    func `a file that gets its mode right after it was written is read`() async throws {
        let watched = try Watched()
        var source = try ManifestSource(directory: watched.folder, incumbents: [])
        _ = try source.first()
        // All of it is there before it is looked: one read(2) tells of it.
        try watched.write("a.yaml", pod("a"))
        #expect(chmod("\(watched.folder)/a.yaml", 0o640) == 0)
        #expect(try await source.next().pods.keys.map(\.name) == ["a"])
        // One that is still being written is not.
        let file = try Descriptor.open("\(watched.folder)/b.yaml", O_WRONLY | O_CREAT, mode: 0o600)
        try file.writeAll(Array(pod("b").utf8))
        #expect(chmod("\(watched.folder)/b.yaml", 0o640) == 0)
        #expect(try await source.next().pods.keys.map(\.name) == ["a"])
    }

    /// Nothing tells of the end of such a failure: neither of the first nor of the second.
    @Test(.timeLimit(.minutes(1)))
    func `a file that the machine cannot read for a while is read again`() async throws {
        let watched = try Watched()
        let way = watched.parent("way")
        // read(2) at its beginning, where no memory is, says EIO.
        #expect(symlink("/proc/self/mem", way) == 0 && symlink(way, "\(watched.folder)/a.yaml") == 0)
        var source = try ManifestSource(directory: watched.folder, incumbents: [])
        let first = try source.first()
        #expect(first.pods.isEmpty && first.problems.first?.message == "cannot be read: Input/output error")
        #expect(try await source.next().problems == first.problems)
        try FileSystem.removeFile(way)
        #expect(symlink(try watched.parent.write("good.yaml", pod("a")), way) == 0)
        let last = try await source.next()
        #expect(last.pods.keys.map(\.name) == ["a"] && last.problems.isEmpty)
    }

    @Test(.timeLimit(.minutes(1)))
    func `files come, change and go`() async throws {
        let watched = try Watched()
        try watched.write("first.yaml", pod("first"))
        try await watched.run {
            #expect(watched.snapshot.pods.count == 1)
            try watched.put("a.yaml", pod("a"))
            try await watched.waitForPods(["first", "a"])
            try watched.write(
                "b.json",
                #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"b"},"spec":{"containers":[{"name":"c","image":"i"}]}}"#
            )
            try await watched.waitForPods(["first", "a", "b"])
            try watched.write("a.yaml", pod("a", image: "web:2") + "\n---\n" + pod("a2"))
            try await watched.waitForPods(["first", "a", "b", "a2"])
            try FileSystem.removeFile("\(watched.folder)/first.yaml")
            try FileSystem.rename("\(watched.folder)/b.json", watched.parent("b.json"))
            try await watched.waitForPods(["a", "a2"])
            #expect(image(watched.snapshot, "a") == "web:2")
            #expect(watched.snapshot.problems.isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a file that is being written counts when it is closed`() async throws {
        let watched = try Watched()
        try await watched.run {
            let half = try Descriptor.open("\(watched.folder)/half.yaml", O_WRONLY | O_CREAT, mode: 0o644)
            try half.writeAll(Array(pod("half").utf8))
            // A later event makes sure that the earlier ones have been handled.
            try watched.put("a.yaml", pod("a"))
            try await watched.waitForPods(["a"])
            try half.close()
            try await watched.waitForPods(["a", "half"])
            // Truncated and written anew, as a shell does.
            let again = try Descriptor.open("\(watched.folder)/half.yaml", O_WRONLY | O_TRUNC)
            try watched.put("b.yaml", pod("b"))
            try await watched.waitForPods(["a", "b", "half"])
            try again.writeAll(Array(pod("half", image: "web:2").utf8))
            try again.close()
            try await watched.wait("new image") { image($0, "half") == "web:2" }
            #expect(watched.all.allSatisfy { $0.problems.isEmpty })
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `an editor that puts the old file aside first does not end the pod`() async throws {
        let watched = try Watched()
        try watched.write("a.yaml", pod("a"))
        try await watched.run {
            try FileSystem.rename("\(watched.folder)/a.yaml", "\(watched.folder)/a.yaml~")
            let new = try Descriptor.open("\(watched.folder)/a.yaml", O_WRONLY | O_CREAT, mode: 0o644)
            try watched.write(".a.yaml.swp", "x")
            try new.writeAll(Array(pod("a", image: "web:2").utf8))
            try new.close()
            try await watched.wait("new image") { image($0, "a") == "web:2" }
            #expect(watched.all.allSatisfy { $0.pods.count == 1 && $0.problems.isEmpty })
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a renamed file keeps its pod all the time`() async throws {
        let watched = try Watched()
        try watched.write("a.yaml", pod("a"))
        try await watched.run {
            try FileSystem.rename("\(watched.folder)/a.yaml", "\(watched.folder)/z.yaml")
            try await watched.wait("new name") { $0.pods.values.first?.file == "z.yaml" }
            #expect(watched.all.allSatisfy { $0.pods.count == 1 && $0.problems.isEmpty })
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a ConfigMap's swap of its data folder is seen`() async throws {
        let watched = try Watched()
        let folder = watched.folder
        try FileSystem.makeDirectories("\(folder)/..2026_1")
        try FileSystem.write("\(folder)/..2026_1/a.yaml", Array(pod("a").utf8))
        try FileSystem.makeSymbolicLink(at: "\(folder)/..data", to: "..2026_1")
        try FileSystem.makeSymbolicLink(at: "\(folder)/a.yaml", to: "..data/a.yaml")
        try await watched.run {
            #expect(image(watched.snapshot, "a") == "web:1")
            try FileSystem.makeDirectories("\(folder)/..2026_2")
            try FileSystem.write("\(folder)/..2026_2/a.yaml", Array(pod("a", image: "web:2").utf8))
            try FileSystem.makeSymbolicLink(at: "\(folder)/..data_tmp", to: "..2026_2")
            try FileSystem.rename("\(folder)/..data_tmp", "\(folder)/..data")
            try FileSystem.removeTree("\(folder)/..2026_1")
            try await watched.wait("new image") { image($0, "a") == "web:2" }
            #expect(watched.all.allSatisfy { $0.pods.count == 1 && $0.problems.isEmpty })
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a symlinked file is followed, also when its target is edited`() async throws {
        let watched = try Watched()
        let target = try watched.parent.write("target.yaml", pod("a"))
        try FileSystem.makeSymbolicLink(at: "\(watched.folder)/a.yaml", to: target)
        try await watched.run {
            #expect(image(watched.snapshot, "a") == "web:1")
            _ = try watched.parent.write("target.yaml", pod("a", image: "web:2"))
            try await watched.wait("new image") { image($0, "a") == "web:2" }
            try FileSystem.makeSymbolicLink(at: "\(watched.folder)/b.yaml", to: "/nowhere")
            try await watched.wait("dangling") { $0.problems.map(\.file) == ["b.yaml"] }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a folder that is swapped is watched on, one that is missing changes nothing`() async throws {
        let watched = try Watched()
        let (folder, other, old) = (watched.folder, watched.parent("other"), watched.parent("old"))
        try watched.write("a.yaml", pod("a"))
        try FileSystem.makeDirectories(other)
        try FileSystem.write("\(other)/a.yaml", Array(pod("a").utf8))
        try FileSystem.write("\(other)/b.yaml", Array(pod("b").utf8))
        try await watched.run {
            try FileSystem.rename(folder, old)
            try await watched.wait("missing") { $0.problems.map(\.file) == [folder] && $0.pods.count == 1 }
            try FileSystem.rename(other, folder)
            try await watched.waitForPods(["a", "b"])
            #expect(watched.snapshot.problems.isEmpty)
            try watched.put("c.yaml", pod("c"))
            try await watched.waitForPods(["a", "b", "c"])
            #expect(watched.all.allSatisfy { !$0.pods.isEmpty })
            // Removed as a whole: file by file, so their pods go.
            try FileSystem.removeTree(folder)
            try await watched.wait("empty") { $0.pods.isEmpty && $0.problems.count == 1 }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a folder behind a symlink is swapped with it`() async throws {
        let parent = try TemporaryDirectory("links")
        let watched = try Watched()
        let (one, two) = (try parent.makeDirectory("one"), try parent.makeDirectory("two"))
        try FileSystem.write("\(one)/a.yaml", Array(pod("a").utf8))
        try FileSystem.write("\(two)/b.yaml", Array(pod("b").utf8))
        try FileSystem.removeTree(watched.folder)
        try FileSystem.makeSymbolicLink(at: watched.folder, to: one)
        try await watched.run {
            #expect(watched.snapshot.pods.count == 1)
            try FileSystem.makeSymbolicLink(at: watched.parent("next"), to: two)
            try FileSystem.rename(watched.parent("next"), watched.folder)
            try await watched.waitForPods(["b"])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a folder that is not there yet is waited for`() async throws {
        let watched = try Watched()
        try FileSystem.removeTree(watched.parent.path)
        let incumbent = DesiredPod(
            pod: Pod(metadata: ObjectMeta(name: "ran", uid: "u"), spec: Pod.Spec(containers: [])),
            warnings: [],
            fingerprint: nil,
            file: "ran.yaml"
        )
        try await watched.run(incumbents: [incumbent]) {
            // Nothing is known of what is wanted: what runs goes on.
            #expect(watched.snapshot.pods.count == 1)
            #expect(watched.snapshot.problems.count == 1)
            try FileSystem.makeDirectories(watched.folder)
            try watched.write("a.yaml", pod("a"))
            try await watched.waitForPods(["a"])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `bad files are told of and harm no others`() async throws {
        let watched = try Watched()
        try await watched.run {
            try watched.put("good.yaml", pod("good"))
            #expect(mkfifo("\(watched.folder)/fifo.yaml", 0o644) == 0)
            try FileSystem.makeSymbolicLink(at: "\(watched.folder)/device.yaml", to: "/dev/zero")
            try FileSystem.makeDirectories("\(watched.folder)/folder.yaml")
            let large = try Descriptor.open(watched.parent("large"), O_WRONLY | O_CREAT, mode: 0o644)
            #expect(ftruncate(large.rawValue, 100 << 20) == 0)
            try FileSystem.rename(watched.parent("large"), "\(watched.folder)/large.yaml")
            try watched.put("broken.yaml", "kind: [")
            try watched.put("json.json", "{")
            try watched.put("notes.txt", "kind: [")
            let bad = ["broken.yaml", "device.yaml", "fifo.yaml", "json.json", "large.yaml"]
            try await watched.wait("problems") { snapshot in
                bad.allSatisfy { snapshot.problems.map(\.file).contains($0) }
            }
            #expect(Set(watched.snapshot.problems.map(\.file)) == Set(bad))
            #expect(watched.snapshot.problems.first { $0.file == "large.yaml" }?.message.contains("104857600") == true)
            #expect(watched.snapshot.problems.first { $0.file == "broken.yaml" }?.position != nil)
            #expect(watched.snapshot.pods.count == 1)
            // And it gets well again.
            try watched.put("broken.yaml", pod("mended"))
            try await watched.waitForPods(["good", "mended"])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `more changes than the kernel's queue holds`() async throws {
        let watched = try Watched()
        try await watched.run {
            // 16384 is the queue's usual length.
            for number in 0..<20_000 {
                try FileSystem.write("\(watched.folder)/x\(number % 7).txt", [])
                if number == 19_000 { try watched.put("a.yaml", pod("a")) }
            }
            try await watched.waitForPods(["a"])
        }
    }
}
