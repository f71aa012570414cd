import Glibc
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// State folders that an agent cannot work with, or not as they are.
    @Suite struct StateFolderTests {
        /// A host of its own for an agent that may be given a bad folder.
        private func stage() async throws -> (TestHost, AgentFixture) {
            let host = try await TestHost("state")
            return (host, try AgentFixture(host: host, folder: host.folder))
        }

        private func refusal(_ agent: AgentFixture) async throws -> String {
            try await agent.launch()
            #expect(try await agent.waitForEnd() == .exited(1))
            return agent.log
        }

        @Test func aNewerLayout() async throws {
            let (host, agent) = try await stage()
            defer { host.close() }
            try FileSystem.write("\(agent.root)/layout.json", Array("{\"version\": 99, \"madeBy\": \"9.9\"}".utf8))
            expect(try await refusal(agent), contains: "has layout 99, made by swiftlet 9.9")
            #expect(try FileSystem.list(agent.root) == ["layout.json"])
            let load = try await host.run(TestBinaries.swiftlet, "load", "/nosuch", "--root", agent.root)
            expect(load.errorText, contains: "has layout 99")
            let reset = try await host.run(
                TestBinaries.swiftlet,
                "reset",
                "--root",
                agent.root,
                "--run-root",
                agent.runRoot,
                "--log-root",
                agent.logs
            )
            expect(reset.errorText, contains: "has layout 99")
            #expect(reset.status == .exited(1))
        }

        /// What HEAD's ancestors made: no layout.json, the same records.
        @Test func thePodsOfTheFirstLayoutGoOn() async throws {
            let (host, agent) = try await stage()
            defer { host.close() }
            try await agent.loadImage()
            try await agent.start()
            try agent.put("old.yaml", Manifest.pod("old", image: AgentFixture.loadedImage))
            let before = try await agent.waitRunning("old")
            let pid = try await agent.pid(of: try #require(before.container("main")))
            try await agent.stop()
            try FileSystem.removeFile("\(agent.root)/layout.json")
            try await agent.start()
            let after = try await agent.waitRunning("old")
            #expect(after.container("main")?.restarts == 0)
            #expect(try await agent.pid(of: try #require(after.container("main"))) == pid)
            expect(try FileSystem.readText("\(agent.root)/layout.json"), contains: "\"version\": 1")
            try await agent.removeAll()
            try await agent.stop()
        }

        @Test func aReadOnlyFileSystem() async throws {
            let (host, agent) = try await stage()
            defer { host.close() }
            try await host.run("mount", "-t", "tmpfs", "-o", "ro,mode=755", "tmpfs", agent.root).checked()
            expect(try await refusal(agent), contains: "read-only file system")
        }

        @Test func aFullDiskFromTheBeginning() async throws {
            let (host, agent) = try await stage()
            defer { host.close() }
            try await host.run("mount", "-t", "tmpfs", "-o", "size=64k,mode=755", "tmpfs", agent.root).checked()
            _ = try await host.run("dd", "if=/dev/zero", "of=\(agent.root)/lost+found", "bs=4k")
            expect(try await refusal(agent), contains: "its file system is full")
        }

        /// What runs is taken over although nothing can be written; afterwards everything goes on.
        @Test func aDiskThatIsFullLater() async throws {
            let (host, agent) = try await stage()
            defer { host.close() }
            try await host.run("mount", "-t", "tmpfs", "-o", "size=64m,mode=755", "tmpfs", agent.root).checked()
            try await agent.loadImage()
            try await agent.start()
            try agent.put("web.yaml", Manifest.pod("web", image: AgentFixture.loadedImage))
            let pid = try await agent.pid(of: try #require(try await agent.waitRunning("web").container("main")))
            try await agent.stop()
            // The boot's answer is forgotten, so that the folder is asked once more.
            try FileSystem.removeFile("\(agent.runRoot)/state-probe")
            _ = try await host.run("dd", "if=/dev/zero", "of=\(agent.root)/ballast", "bs=64k")
            _ = try await host.run("dd", "if=/dev/zero", "of=\(agent.root)/ballast2", "bs=1")
            try await agent.start()
            let after = try await agent.waitRunning("web")
            #expect(try await agent.pid(of: try #require(after.container("main"))) == pid)
            let health = try await agent.call("system.health")
            #expect(health["status"]?.stringValue == "failed", "\(health)")
            try await host.run("rm", "\(agent.root)/ballast", "\(agent.root)/ballast2").checked()
            try await agent.removeAll()
            try await agent.stop()
        }

        @Test func anOverlayBelow() async throws {
            let (host, agent) = try await stage()
            defer { host.close() }
            let script = """
                mkdir -p "$1/o/lower" "$1/o/upper" "$1/o/work"
                mount -t tmpfs -o mode=755 tmpfs "$1/o"
                mkdir "$1/o/lower" "$1/o/upper" "$1/o/work"
                mount -t overlay -o "lowerdir=$1/o/lower,upperdir=$1/o/upper,workdir=$1/o/work" overlay "$2"
                """
            try await host.run("/bin/sh", "-ec", script, "sh", host.folder, agent.root).checked()
            let words = try await refusal(agent)
            expect(words, contains: "the file system (overlay) cannot hold images and containers")
            expect(words, contains: "put it on a local file system")
        }

        @Test func aFolderOfSomebodyElse() async throws {
            let (host, agent) = try await stage()
            defer { host.close() }
            #expect(chown(agent.root, 4321, 4321) == 0 && chmod(agent.runRoot, 0o757) == 0)
            let words = try await refusal(agent)
            expect(words, contains: "belongs to the user 4321")
            expect(words, contains: "may be written by others (mode 757)")
        }
    }
}
