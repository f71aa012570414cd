import Glibc
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// What happens to files in the watched folder besides being there and being gone.
    @Suite struct WatchingTests {
        @Test func filesThatAreNoManifestsDoNoHarm() async throws {
            let agent = try await Stage.shared().agent
            let folder = agent.manifests
            let broken = Array("kind: [Po".utf8)
            for name in [
                ".hidden.yaml", "note.txt", "pod.yaml~", "#pod.yaml#", ".pod.yaml.swp", "pod.yaml.tmp", "4913",
            ] {
                try FileSystem.write("\(folder)/\(name)", broken)
            }
            try FileSystem.makeDirectories("\(folder)/folder.yaml")
            try await agent.settle()
            expect(try await agent.problems(), is: [])
            expect(try await agent.pods().map(\.name), is: [])
            try await agent.removeAll()
        }

        @Test func aFileThatIsWrittenSlowlyIsReadWhenItIsWhole() async throws {
            let agent = try await Stage.shared().agent
            let text = Array((Manifest.pod("slow") + "\n---\n" + Manifest.pod("slower")).utf8)
            do {
                let file = try Descriptor.open("\(agent.manifests)/slow.yaml", O_WRONLY | O_CREAT, mode: 0o644)
                try file.writeAll(Array(text[..<40]))
                try await agent.settle()
                expect(try await agent.pod("slow")?.name, is: nil)
                try file.writeAll(Array(text[40...]))
            }
            try await agent.waitRunning("slow")
            try await agent.waitRunning("slower")
            try await agent.removeAll()
        }

        @Test func aFolderSwappedBySymlink() async throws {
            // As the kubelet's ConfigMap volumes do: x.yaml → ..data/x.yaml, ..data → ..2026_1, swapped by a rename.
            let agent = try await Stage.shared().agent
            let folder = agent.manifests
            for (version, word) in [("..2026_1", "one"), ("..2026_2", "two")] {
                try FileSystem.makeDirectories("\(folder)/\(version)")
                let pod = Manifest.pod("swapped", "echo \(word); exec sleep 100000")
                try FileSystem.write("\(folder)/\(version)/swapped.yaml", Array(pod.utf8))
            }
            try FileSystem.makeSymbolicLink(at: "\(folder)/..data", to: "..2026_1")
            try FileSystem.makeSymbolicLink(at: "\(folder)/swapped.yaml", to: "..data/swapped.yaml")
            let first = try await agent.waitRunning("swapped")
            try FileSystem.makeSymbolicLink(at: "\(folder)/..data_tmp", to: "..2026_2")
            try FileSystem.rename("\(folder)/..data_tmp", "\(folder)/..data")
            try await agent.wait(for: "swapped", until: "the second version") {
                $0.isRunning && $0.container("main")?.restarts == 1 && $0.uid == first.uid
            }
            expect(try await agent.firstLogLine("swapped"), is: "two")
            try await agent.removeAll()
        }

        @Test func twoFilesThatNameOnePod() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("b-first.yaml", Manifest.pod("twice", "echo first; exec sleep 100000"))
            let first = try await agent.waitRunning("twice")
            try agent.put("a-second.yaml", Manifest.pod("twice", "echo second; exec sleep 100000"))
            let problems = try await agent.problems(about: "a-second.yaml")
            #expect(problems.count == 1)
            #expect(problems.first?.contains("b-first.yaml") == true, "\(problems)")
            #expect(problems.first?.contains("twice") == true, "\(problems)")
            expect(try await agent.pod("twice")?.uid, is: first.uid)
            // With the first gone, the second has its turn.
            try agent.remove("b-first.yaml")
            try await agent.wait(for: "twice", until: "the second file's pod") {
                $0.isRunning && $0.container("main")?.restarts == 1
            }
            expect(try await agent.problems(about: "a-second.yaml"), is: [])
            try await agent.removeAll()
        }

        @Test func aFileThatBecomesBrokenLeavesItsPodRunning() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("good.yaml", Manifest.pod("good"))
            let pod = try await agent.waitRunning("good")
            let pid = try await agent.pid(of: #require(pod.container("main")))
            try agent.put("good.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: good\n")
            expect(try await agent.problems(about: "good.yaml").count, is: 1)
            let still = try #require(try await agent.pod("good"))
            #expect(still.uid == pod.uid)
            expect(try await agent.pid(of: #require(still.container("main"))), is: pid)
            try await agent.removeAll()
        }
    }
}
