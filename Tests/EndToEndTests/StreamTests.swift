import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Byte streams through the command line: exec, attach, port-forward, cp.
    @Suite struct StreamTests {
        private static let python = "/usr/bin/python3"

        @Test func standardStreamsOfACommand() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("streams.yaml", Manifest.pod("streams"))
            try await agent.waitRunning("streams")
            // `cat` ends only when its input does: half a connection is closed, the other half brings the answer.
            let echoed = try await agent.swiftlet(["exec", "-i", "streams", "--", "cat"], input: Array("a\nb".utf8))
            #expect(echoed.text == "a\nb" && echoed.succeeded, "\(echoed)")
            let both = try await agent.swiftlet(["exec", "streams", "--", "sh", "-c", "echo out; echo err >&2; exit 7"])
            #expect(both.text == "out\n" && both.errorText == "err\n" && both.status == .exited(7), "\(both)")
            // Without -i there is nothing to read.
            let silent = try await agent.swiftlet(["exec", "streams", "--", "cat"], input: Array("x".utf8))
            #expect(silent.text.isEmpty && silent.succeeded, "\(silent)")
            let killed = try await agent.swiftlet(["exec", "streams", "--", "sh", "-c", "kill -9 $$"])
            #expect(killed.status == .exited(137), "\(killed)")
            // A child that keeps the streams open is not waited for; what was written before is all there.
            let left = try await agent.swiftlet(["exec", "streams", "--", "sh", "-c", "sleep 1000 & echo done"])
            #expect(left.text == "done\n" && left.succeeded, "\(left)")
            try await agent.removeAll()
        }

        @Test(.timeLimit(.minutes(10))) func aGigabyteLeavesTheAgentsMemoryAsItIs() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("big.yaml", Manifest.pod("big"))
            try await agent.waitRunning("big")
            _ = try await agent.swiftlet(["exec", "big", "--", "true"])
            let before = try agent.anonymousMemory()
            let out = try await agent.shell(
                "swiftlet exec big -- dd if=/dev/zero bs=1M count=1024 2>/dev/null | wc -c",
                within: .seconds(400)
            )
            #expect(out.text.filter(\.isNumber) == "1073741824", "\(out)")
            let after = try agent.anonymousMemory()
            #expect(after - before < 24 << 20, "\(before >> 20) MiB → \(after >> 20) MiB")
            let into = try await agent.shell(
                "dd if=/dev/zero bs=1M count=256 2>/dev/null | swiftlet exec -i big -- wc -c",
                within: .seconds(400)
            )
            #expect(into.text.filter(\.isNumber) == "268435456", "\(into)")
            let last = try agent.anonymousMemory()
            #expect(last - before < 24 << 20, "\(before >> 20) MiB → \(last >> 20) MiB")
            try await agent.removeAll()
        }

        @Test func aTerminal() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("tty.yaml", Manifest.pod("tty"))
            try await agent.waitRunning("tty")
            // What is to be interrupted says itself that it runs: a shell that is about to start it is not.
            let steps = """
                [["expect", "# "],
                 ["send", "tty; stty size\\r"], ["expect", "/dev/pts/"], ["expect", "33 101"],
                 ["size", 40, 120], ["send", "stty size\\r"], ["expect", "40 120"],
                 ["send", "sh -c 'echo before; exec sleep 54321'; echo not-after\\r"], ["expect", "before\\r\\n"],
                 ["send", "\\u0003"], ["expect", "# "],
                 ["send", "exit 3\\r"]]
                """
            let outcome = try await agent.swiftlet(
                ["exec", "-it", "tty", "--", "env", "PS1=# ", "sh"],
                through: [Self.python, "\(Stage.fixtures)/terminal.py", "33", "101"],
                input: Array(steps.utf8)
            )
            #expect(outcome.status == .exited(3), "\(outcome)")
            #expect(!outcome.text.contains("not-after\r\n# "), "\(outcome)")
            try await agent.removeAll()
        }

        /// Whoever is gone takes with him what was run for him, also what ignores SIGHUP.
        @Test(arguments: [false, true]) func aClientThatGoesEndsItsCommand(ignoresHangUp: Bool) async throws {
            let agent = try await Stage.shared().agent
            let name = ignoresHangUp ? "stubborn" : "gone"
            try agent.put("\(name).yaml", Manifest.pod(name))
            try await agent.waitRunning(name)
            let trap = ignoresHangUp ? "trap '' HUP; " : ""
            let client = try await agent.startSwiftlet([
                "exec", name, "--", "sh", "-c", "\(trap)echo begun; sleep 54321 & sleep 54322; echo",
            ])
            try await onThread { try client.waitForOutput("begun", .seconds(60)) }
            try client.signal(SIGKILL)
            let deadline = Deadline(in: .seconds(60))
            var left = ""
            repeat {
                left = try await agent.exec(name, "ps -o args | grep '^sleep 5432' || true")
            } while !left.isEmpty && !deadline.hasPassed
            #expect(left.isEmpty)
            try await agent.removeAll()
        }

        @Test func attaching() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "talk.yaml",
                Manifest.pod(
                    "talk",
                    "while read -r line; do echo \"got $line\"; echo \"err $line\" >&2; done; echo ended",
                    restart: "Never",
                    container: "stdin: true\nstdinOnce: true"
                )
            )
            try await agent.waitRunning("talk")
            let watcher = try await agent.startSwiftlet(["attach", "talk"])
            // The first line may come before the watcher has joined; the second is sent when it has.
            let speaker = try await agent.host.run(
                agent.swiftletCommand(
                    ["attach", "-i", "talk"],
                    through: [Self.python, "\(Stage.fixtures)/until.py", watcher.log, "ping", "got ping"]
                )
            )
            #expect(speaker.succeeded && speaker.text.contains("got ping"), "\(speaker)")
            #expect(speaker.errorText.contains("err ping"), "\(speaker)")
            // Its end was the end of the container's input, because of `stdinOnce`.
            try await agent.waitEnded("talk")
            let status = try await onThread { try watcher.wait(.seconds(60)) }
            #expect(status == .exited(0), "\(watcher.logText)")
            #expect(watcher.logText.contains("got ping") && watcher.logText.contains("ended"))
            #expect(try await agent.logLines("talk").last == "ended")
            try await agent.removeAll()
        }

        @Test func aContainerWithATerminal() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "shell.yaml",
                Manifest.pod("shell", "PS1='# ' exec sh", restart: "Never", container: "stdin: true\ntty: true")
            )
            try await agent.waitRunning("shell")
            let steps = """
                [["send", "\\r"], ["expect", "# "],
                 ["send", "stty size; tty\\r"], ["expect", "33 101"], ["expect", "/dev/pts/"],
                 ["size", 40, 120], ["send", "stty size\\r"], ["expect", "40 120"],
                 ["send", "\\u0010\\u0011"], ["expect", "detached"]]
                """
            let terminal = [Self.python, "\(Stage.fixtures)/terminal.py", "33", "101"]
            let first = try await agent.swiftlet(
                ["attach", "-it", "shell"], through: terminal, input: Array(steps.utf8))
            #expect(first.succeeded, "\(first)")
            // It is still there, and ends when it is told to.
            let second = try await agent.swiftlet(
                ["attach", "-it", "shell"],
                through: terminal,
                input: Array(##"[["send", "\r"], ["expect", "# "], ["send", "exit 4\r"]]"##.utf8)
            )
            #expect(second.succeeded, "\(second)")
            let pod = try await agent.waitEnded("shell")
            #expect(pod.phase == "Failed")
            try await agent.removeAll()
        }

        @Test func forwardingAPort() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "web.yaml",
                Manifest.pod("web", "mkdir /www; echo page >/www/index.html; exec httpd -f -p 127.0.0.1:8080 -h /www")
            )
            try await agent.waitRunning("web")
            let forward = try await agent.startSwiftlet(["port-forward", "web", ":8080", ":9"])
            try await onThread { try forward.waitForOutput("-> 9", .seconds(60)) }
            let ports = forward.logText.split(separator: "\n")
                .filter { $0.hasPrefix("Forwarding from 127.0.0.1:") }
                .compactMap { $0.split(separator: ":").last?.prefix { $0.isNumber } }
            #expect(ports.count == 2, "\(forward.logText)")
            for _ in 0..<3 {
                let page = try await agent.host.run(
                    "curl", "-sS", "--max-time", "60", "http://127.0.0.1:\(ports[0])/index.html")
                #expect(page.text == "page\n", "\(page) \(forward.logText)")
            }
            let refused = try await agent.host.run("curl", "-sS", "--max-time", "60", "http://127.0.0.1:\(ports[1])/")
            #expect(!refused.succeeded)
            try await onThread { try forward.waitForOutput("error forwarding port 9", .seconds(60)) }
            try forward.signal(SIGTERM)
            try await agent.removeAll()
        }

        @Test func copying() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "files.yaml",
                Manifest.pod(
                    "files",
                    "mkdir -p /data/sub; echo one >/data/file; echo two >/data/sub/two; ln -s /etc/passwd /data/link; "
                        + "ln -s / /data/out; exec sleep 100000"
                )
            )
            try await agent.waitRunning("files")
            let here = "\(agent.folder)/copy-\(UInt32.random(in: 0 ... .max))"
            try FileSystem.makeDirectories(here)
            let out = try await agent.swiftlet(["cp", "files:/data", "\(here)/got"])
            #expect(out.succeeded, "\(out)")
            #expect(try FileSystem.readText("\(here)/got/file") == "one")
            #expect(try FileSystem.readText("\(here)/got/sub/two") == "two")
            let listing = try await agent.shell("cd \(here)/got && readlink link out", within: .seconds(60))
            #expect(listing.text == "/etc/passwd\n/\n", "\(listing)")
            let back = try await agent.swiftlet(["cp", "\(here)/got", "files:/data/sub"])
            #expect(back.succeeded, "\(back)")
            #expect(try await agent.exec("files", "cat /data/sub/got/file /data/sub/got/sub/two") == "one\ntwo\n")
            // Another name for a file, and through a link that leads to the container's own root.
            try FileSystem.write("\(here)/escape", Array("caught\n".utf8))
            let through = try await agent.swiftlet(["cp", "\(here)/escape", "files:/data/out/caught"])
            #expect(through.succeeded, "\(through)")
            #expect(try await agent.exec("files", "cat /caught") == "caught\n")
            #expect(!FileSystem.exists("/caught"))
            // A tar archive on the standard streams.
            let names = try await agent.shell("swiftlet cp files:/data/sub/two - | tar tf -", within: .seconds(60))
            #expect(names.text == "two\n", "\(names)")
            let packed = try await agent.shell(
                "tar c -C \(here) escape | swiftlet cp - files:/data && swiftlet exec files -- cat /data/escape",
                within: .seconds(60)
            )
            #expect(packed.text == "caught\n", "\(packed)")
            let absent = try await agent.swiftlet(["cp", "files:/nothing", here])
            #expect(absent.status == .exited(1) && absent.errorText.contains("No such file"), "\(absent)")
            try await agent.removeAll()
        }

        @Test func nothingStaysOpen() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("tidy.yaml", Manifest.pod("tidy", container: "stdin: true"))
            try await agent.waitRunning("tidy")
            func round() async throws {
                _ = try await agent.swiftlet(["exec", "-i", "tidy", "--", "cat"], input: [1])
                _ = try await agent.swiftlet(["exec", "tidy", "--", "/no/such"])
                _ = try await agent.swiftlet(["cp", "tidy:/bin/busybox", "-"])
                _ = try await agent.swiftlet(["cp", "tidy:/nothing", "-"])
                _ = try await agent.swiftlet(
                    ["exec", "-it", "tidy", "--", "true"],
                    through: [Self.python, "\(Stage.fixtures)/terminal.py", "24", "80"],
                    input: Array("[]".utf8)
                )
            }
            try await round()
            // Other tests use the same agent: the count is looked at until it is as low as it was.
            let before = try agent.openDescriptors()
            for _ in 0..<5 { try await round() }
            let deadline = Deadline(in: .seconds(60))
            var after = try agent.openDescriptors()
            while after > before + 2, !deadline.hasPassed {
                _ = try await agent.call("rpc.ping", [:])
                after = try agent.openDescriptors()
            }
            #expect(after <= before + 2, "\(before) → \(after)")
            try await agent.removeAll()
        }

        /// A stock WebSocket client speaks the protocol of Kubernetes' clients, and JSON-RPC.
        @Test func overAStockWebSocketClient() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("sock.yaml", Manifest.pod("sock", "echo logged; exec sleep 100000"))
            try await agent.waitRunning("sock")
            let outcome = try await agent.host.run(
                Command([Self.python, "\(Stage.fixtures)/websockets.py", agent.socket, "sock"])
            )
            #expect(outcome.succeeded && outcome.text == "all is well\n", "\(outcome)")
            try await agent.removeAll()
        }
    }
}
