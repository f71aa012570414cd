import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Images that cannot be had, registries that lie, layers that want out.
    @Suite struct BadImageTests {
        /// Where the misbehaving registry listens, and what each of its images must be refused with.
        static let port = 5001
        static let faults: [(name: String, words: [String])] = [
            ("wrong-digest", ["digest"]),
            ("truncated", []),
            ("short", []),
            ("endless", []),
            ("garbage", []),
            ("failing", ["500"]),
            ("forbidden", []),
        ]

        @Test func whatIsNotThere() async throws {
            let agent = try await Stage.shared().agent
            let cases = [
                ("absent", "127.0.0.1:5000/absent:1", "Always", "ErrImagePull"),
                ("tag", "127.0.0.1:5000/busybox:no-such-tag", "Always", "ErrImagePull"),
                ("down", "127.0.0.1:5999/busybox:1", "Always", "ErrImagePull"),
                ("never", "127.0.0.1:5000/never:1", "Never", "ErrImageNeverPull"),
                ("name", "127.0.0.1:5000/No Such Name", "Always", "InvalidImageName"),
            ]
            for (name, image, policy, _) in cases {
                try agent.put("\(name).yaml", Manifest.pod(name, image: "\"\(image)\"", policy: policy))
            }
            for (name, image, _, reason) in cases {
                if name == "name" {
                    // Refused with the manifest or with the pull: either is plain.
                    let problems = try await agent.problems(about: "name.yaml")
                    let complaints = try await agent.pod("name")?.complaints ?? ""
                    #expect(!problems.isEmpty || complaints.contains(reason), "\(problems) \(complaints)")
                    continue
                }
                let pod = try await agent.wait(for: name, until: reason) {
                    let container = $0.container("main")
                    return [reason, "ImagePullBackOff"].contains(container?.waitingReason)
                        && container?.waitingMessage.isEmpty == false
                }
                #expect(pod.phase == "Pending")
                #expect(pod.complaints.contains(image), "\(pod.complaints)")
                if reason == "ErrImagePull" {
                    try await agent.wait(for: name, until: "ImagePullBackOff") {
                        $0.container("main")?.waitingReason == "ImagePullBackOff"
                    }
                }
            }
            try await agent.removeAll()
        }

        @Test func aRegistryThatMisbehaves() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            let layout = try Stage.layouts.get()("fragile")
            let registry = try await stage.host.start(
                Command("/usr/bin/python3", "\(Stage.fixtures)/registry.py", "\(BadImageTests.port)", layout),
                output: "\(stage.folder)/bad-registry.log"
            )
            try await stage.host.waitForPort(UInt16(BadImageTests.port))
            try agent.put("witness.yaml", Manifest.pod("witness"))
            try await agent.waitRunning("witness")
            let blobs = try BadImageTests.count("\(agent.root)/images/blobs/sha256")
            for fault in BadImageTests.faults {
                let image = "127.0.0.1:\(BadImageTests.port)/\(fault.name):1"
                try agent.put("\(fault.name).yaml", Manifest.pod(fault.name, image: image, policy: "Always"))
            }
            for fault in BadImageTests.faults {
                let pod = try await agent.wait(for: fault.name, until: "an error of \(fault.name)") {
                    ["ErrImagePull", "ImagePullBackOff"].contains($0.container("main")?.waitingReason)
                        && $0.container("main")?.waitingMessage.isEmpty == false
                }
                for word in fault.words { #expect(pod.complaints.contains(word), "\(fault.name): \(pod.complaints)") }
            }
            try await agent.waitRunning("witness")
            for fault in BadImageTests.faults { try agent.remove("\(fault.name).yaml") }
            for fault in BadImageTests.faults { try await agent.waitGone(fault.name) }
            // Nothing of them is in the store, under no name and half under none.
            let images = try await agent.cli("images").text
            #expect(!images.contains(":\(BadImageTests.port)/"), "\(images)")
            expect(try BadImageTests.count("\(agent.root)/images/blobs/sha256"), is: blobs)
            #expect(
                try FileSystem.list("\(agent.root)/images").sorted().filter {
                    !["blobs", "index.json", "oci-layout"].contains($0)
                }
                .allSatisfy { !$0.contains("tmp") }
            )

            // The same registry, when it behaves.
            try agent.put(
                "good.yaml",
                Manifest.pod("good", image: "127.0.0.1:\(BadImageTests.port)/good:1", policy: "Always")
            )
            try await agent.waitRunning("good")
            expect(agent.log, contains: "this image is not kept up")
            try registry.signal(SIGKILL)
            try await agent.perform { _ = try registry.wait() }
            try await agent.removeAll()
        }

        @Test func aRegistryThatFailsDoesNotFailAnother() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            // The same layers from two registries at the same time: whoever asks first fetches for both.
            let registry = try await stage.host.start(
                Command(
                    "/usr/bin/python3",
                    "\(Stage.fixtures)/registry.py",
                    "5002",
                    try Stage.layouts.get()("wanted-by-two")
                ),
                output: "\(stage.folder)/failing-registry.log"
            )
            try await stage.host.waitForPort(5002)
            try agent.put("slow.yaml", Manifest.pod("slow", image: "127.0.0.1:5002/slow-and-truncated:1"))
            try await agent.perform { try registry.waitForOutput("asked") }
            try agent.put("good.yaml", Manifest.pod("good", image: "127.0.0.1:5000/wanted-by-two:1"))
            try await agent.waitRunning("good")
            let events = try await agent.call("pod.get", ["name": "good"])["events"]?.arrayValue ?? []
            let failures = events.filter { $0["type"]?.stringValue == "Warning" }
            expect(failures, is: [])
            try await agent.wait(for: "slow", until: "the image is there now") { $0.isRunning }
            try registry.signal(SIGKILL)
            try await agent.perform { _ = try registry.wait() }
            try await agent.removeAll()
        }

        @Test func layersThatWantOut() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            let outside = "/tmp/escape"
            try? FileSystem.removeTree(outside)
            try FileSystem.makeDirectories(outside)
            defer { try? FileSystem.removeTree(outside) }
            try FileSystem.write("\(outside)/victim", Array("untouched".utf8))
            let names = [
                "hostile-dots", "hostile-absolute", "hostile-symlink", "hostile-symlink-dots", "hostile-hardlink",
                "hostile-hardlink-absolute", "hostile-whiteout",
            ]
            for name in names {
                try agent.put("\(name).yaml", Manifest.pod(name, image: "127.0.0.1:5000/\(name):1"))
            }
            var refused: [String] = []
            for name in names {
                // Either it is refused, or what wanted out stays inside the container's root.
                let pod = try await agent.wait(for: name, until: "an end of \(name)") {
                    $0.isRunning || ["ErrImagePull", "ImagePullBackOff"].contains($0.container("main")?.waitingReason)
                }
                if !pod.isRunning {
                    #expect(pod.complaints.contains("127.0.0.1:5000/\(name)"), "\(pod.complaints)")
                    refused.append(name)
                }
            }
            #expect(refused.contains("hostile-dots"))
            #expect(refused.contains("hostile-whiteout"))
            #expect(refused.contains("hostile-hardlink"))
            expect(try FileSystem.list(outside), is: ["victim"])
            expect(try FileSystem.readText("\(outside)/victim"), is: "untouched")
            expect(try FileSystem.status("\(outside)/victim").linkCount, is: 1)
            try await agent.removeAll()
        }

        @Test func aDiskThatIsFull() async throws {
            let host = try await TestHost("full")
            let agent = try AgentFixture(host: host, folder: host.folder)
            try await host.run("mount", "-t", "tmpfs", "-o", "size=2m,mode=755", "tmpfs", agent.root).checked()
            try FileSystem.makeDirectories("\(host.folder)/registry")
            let registry = try await RegistryFixture(in: host, folder: host.folder)
            try await registry.push(layout: Stage.layouts.get()("busybox"), as: "busybox:1")
            try await agent.start()
            try agent.put("full.yaml", Manifest.pod("full"))
            let pod = try await agent.wait(for: "full", until: "an error") {
                !$0.complaints.isEmpty && $0.complaints.contains("space")
            }
            #expect(pod.phase == "Pending")
            #expect(pod.complaints.lowercased().contains("no space left"), "\(pod.complaints)")
            // The agent lives, and when there is room again, so does the pod.
            #expect(try await agent.call("rpc.ping") != .null)
            try await host.run("mount", "-o", "remount,size=64m", agent.root).checked()
            try await agent.waitRunning("full", .seconds(60))
            try await agent.removeAll()
            expect(try await agent.host.run("ls", "\(agent.root)/pods").text, is: "")
            host.close()
        }

        @Test func aCommandThatIsNotThere() async throws {
            let agent = try await Stage.shared().agent
            func pod(_ name: String, _ command: String, more: String = "") -> String {
                Manifest.pod(name, container: more).replacing(
                    "command: [\"/bin/sh\", \"-c\", \"exec sleep 100000\"]",
                    with: "command: [\(command)]"
                )
            }
            try agent.put("missing.yaml", pod("missing", "/no/such/program"))
            try agent.put("lookup.yaml", pod("lookup", "no-such-program"))
            try agent.put("plain.yaml", pod("plain", "/etc/passwd"))
            try agent.put("folder.yaml", pod("folder", "/bin"))
            for (name, word) in [
                ("missing", "/no/such/program"), ("lookup", "no-such-program"), ("plain", "/etc/passwd"),
                ("folder", "/bin"),
            ] {
                let pod = try await agent.wait(for: name, until: "an error of \(name)") { pod in
                    guard let container = pod.container("main") else { return false }
                    return
                        (container.waitingMessage
                        + (container.node["lastState"]?["terminated"]?["message"]?.stringValue ?? ""))
                        .contains(word)
                }
                let container = try #require(pod.container("main"))
                let reasons = [container.waitingReason, container.lastEnd?.reason ?? ""]
                #expect(
                    reasons.contains {
                        ["RunContainerError", "StartError", "CrashLoopBackOff", "ContainerCannotRun"].contains($0)
                    },
                    "\(name): \(reasons)"
                )
            }
            try await agent.removeAll()
        }

        static func count(_ folder: String) throws -> Int {
            try FileSystem.list(folder).count
        }
    }
}
