import Glibc
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// The agent under a service manager: what it tells, and what it takes.
    @Suite struct ServiceTests {
        private struct World {
            let agent: AgentFixture
            let manager: FakeServiceManager

            init() async throws {
                agent = try await CrashTests.freshAgent()
                manager = try FakeServiceManager("\(agent.folder)/notify")
            }

            func service(
                watchdog: Int? = nil,
                passing: [(name: String, number: Int32)] = []
            ) -> ServiceEnvironment {
                ServiceEnvironment(notifySocket: manager.path, watchdog: watchdog, descriptors: passing)
            }

            @discardableResult
            func wait(for line: String) async throws -> [[String]] {
                try await agent.perform { [manager] in try manager.wait(for: line) }
            }

            /// Receives until so many monitors are in the store.
            func waitForStored(_ count: Int) async throws {
                try await agent.perform { [manager] in
                    if manager.store.count == count { return }
                    try manager.wait(for: "\(count) stored") { _ in manager.store.count == count }
                }
            }
        }

        private func pod(_ name: String) -> String { Manifest.pod(name, image: AgentFixture.loadedImage) }

        @Test func startStatusAndEnd() async throws {
            let world = try await World()
            try await world.agent.launch(as: world.service())
            let start = try await world.wait(for: "READY=1")
            #expect(start.first?.contains("EXTEND_TIMEOUT_USEC=60000000") == true, "\(start)")
            // Ready is said only when it is so.
            expect(try await world.agent.pods().map(\.name), is: [])
            try await world.wait(for: "STATUS=0 pods, 0 running")
            try world.agent.put("a.yaml", pod("a"))
            try await world.wait(for: "STATUS=1 pod, 1 running")
            try world.agent.put("b.yaml", "nonsense: [")
            try await world.wait(for: "STATUS=1 pod, 1 running, 1 problem")
            try await world.agent.stop()
            try await world.wait(for: "STOPPING=1")
            try await world.agent.launch(as: world.service())
            try await world.wait(for: "READY=1")
            try await world.wait(for: "STATUS=1 pod, 1 running, 1 problem")
            try world.agent.remove("b.yaml")
            try await world.agent.removeAll()
            try await world.wait(for: "STATUS=0 pods, 0 running")
            try await world.agent.stop()
            world.agent.host.close()
        }

        @Test func aReloadIsToldAtBothEnds() async throws {
            let world = try await World()
            try await world.agent.launch(as: world.service())
            try await world.wait(for: "READY=1")
            for _ in 0..<3 {
                let before = Monotonic.now.nanoseconds / 1000
                try world.agent.hangUp()
                let messages = try await world.wait(for: "READY=1").filter { !$0[0].hasPrefix("STATUS=") }
                #expect(messages.count == 2 && messages.first?.first == "RELOADING=1", "\(messages)")
                let moment = messages.first?.last?.split(separator: "=").last.flatMap { Int64($0) } ?? 0
                #expect(moment >= before && moment <= Monotonic.now.nanoseconds / 1000)
            }
            expect(try await world.agent.stop(), is: ExitStatus.exited(0))
            world.agent.host.close()
        }

        @Test func theWatchdogIsFedByAnIdleAgent() async throws {
            let world = try await World()
            try await world.agent.launch(as: world.service(watchdog: 200_000))
            try await world.wait(for: "READY=1")
            try world.agent.put("a.yaml", pod("a"))
            try await world.wait(for: "STATUS=1 pod, 1 running")
            let start = Monotonic.now
            for _ in 0..<10 { try await world.wait(for: "WATCHDOG=1") }
            // Twice in its time, and no busy loop.
            #expect(Monotonic.now.since(start) > .milliseconds(500))
            try await world.agent.removeAll()
            try await world.agent.stop()
            world.agent.host.close()
        }

        @Test func aLoopThatHangsStarvesTheWatchdog() async throws {
            let world = try await World()
            try await world.agent.launch(failPoint: "folder-read:hang", as: world.service(watchdog: 200_000))
            try await world.wait(for: "READY=1")
            for _ in 0..<3 { try await world.wait(for: "WATCHDOG=1") }
            // Reading this file never ends.
            try world.agent.put("a.yaml", pod("a"))
            try await world.agent.perform { [manager = world.manager] in
                let end = Deadline(in: .seconds(20))
                // Silence for as long as ten pings would take.
                while let lines = try manager.receive(Deadline(in: .seconds(1))) {
                    if end.hasPassed { throw WaitFailure(what: "silence", last: "\(lines)") }
                }
            }
            #expect(world.agent.log.contains("the engine does not come round"))
            try await world.agent.kill()
            world.agent.host.close()
        }

        @Test func monitorsAreKeptFromOneAgentToTheNext() async throws {
            let world = try await World()
            let agent = world.agent
            try await agent.start(as: world.service())
            for name in ["a", "b", "c"] { try agent.put("\(name).yaml", pod(name)) }
            var pids: [String: Int64] = [:]
            for name in ["a", "b", "c"] {
                let container = try #require(try await agent.waitRunning(name).container("main"))
                pids[name] = try await agent.pid(of: container)
            }
            try await world.waitForStored(3)
            let ids = Set(try await agent.pods().compactMap { $0.container("main")?.id })
            #expect(Set(world.manager.store.map(\.name)) == Set(ids.map { "monitor-\($0)" }))
            var monitors: [String: pid_t] = [:]
            for entry in world.manager.store {
                guard case .process(let pid) = try ProcessHandle.subject(of: entry.number) else {
                    Issue.record("\(entry.name) is no living process")
                    continue
                }
                monitors[entry.name] = pid
                #expect(try FileSystem.readText("/proc/\(pid)/comm").hasPrefix("swiftlet-monito"))
            }
            // One ends with its container while no agent is there; a pod goes; one that is kept belongs to nobody; and
            // two are not what they are called.
            try await agent.kill()
            let b = try #require(ids.first { id in world.manager.store.contains { $0.name.contains(id) && id.contains("_main_") } })
            let killed = try #require(monitors["monitor-\(b)"])
            try ProcessHandle(pid: killed).signal(SIGKILL)
            let pipe = try Descriptor.pipe()
            let own = try ProcessHandle(pid: getpid())
            let passed =
                world.manager.store + [
                    ("monitor-nobody", own.descriptor.rawValue), ("monitor-pipe", pipe.read.rawValue),
                    ("stranger", pipe.write.rawValue),
                ]
            try await agent.start(as: world.service(passing: passed))
            try await world.wait(for: "FDNAME=monitor-nobody")
            let log = agent.log
            #expect(log.contains("it is no process") && log.contains("its name is neither"), "\(log)")
            var restarted = 0
            for name in ["a", "b", "c"] {
                let container = try #require(try await agent.waitRunning(name).container("main"))
                // Only the one whose monitor has ended is another one now.
                let isSame = try await agent.pid(of: container) == pids[name]
                #expect(isSame == (container.restarts == 0))
                if !isSame { restarted += 1 }
            }
            #expect(restarted == 1)
            // The one that ended is not kept any more, its successor is.
            try await world.waitForStored(3)
            #expect(!world.manager.store.contains { $0.name == "monitor-\(b)" })
            try await agent.removeAll()
            try await world.waitForStored(0)
            try await agent.stop()
            agent.host.close()
        }

        @Test func socketsOfTheServiceManagerAreServed() async throws {
            let world = try await World()
            let agent = world.agent
            let main = try listening(agent.socket, mode: 0o660)
            let reading = try listening("\(agent.runRoot)/swiftlet-ro.sock", mode: 0o666)
            let stream = try Descriptor.open("/dev/null", O_RDONLY)
            // A client that came while no agent was there.
            let early = Task { try await agent.call("rpc.ping") }
            try await agent.launch(
                as: world.service(passing: [
                    ("swiftlet-ro", reading.rawValue), ("swiftlet", main.rawValue), ("swiftlet", stream.rawValue),
                ])
            )
            _ = try await early.value
            try await world.wait(for: "READY=1")
            #expect(agent.log.contains("it is no listening stream socket"))
            #expect(!FileSystem.exists("\(agent.socket).lock"))
            #expect(try FileSystem.status(agent.socket).permissions == 0o660)
            try await agent.stop()
            // They are as they were, and keep clients for the next agent.
            #expect(UnixSocket.isListening(main.rawValue) && UnixSocket.isListening(reading.rawValue))
            #expect(try FileSystem.status(agent.socket).kind == .socket)
            // The other one is not passed to the next: it makes its own.
            try reading.close()
            let next = Task { try await agent.call("rpc.ping") }
            try await agent.launch(as: world.service(passing: [("swiftlet", main.rawValue)]))
            _ = try await next.value
            #expect(FileSystem.exists("\(agent.runRoot)/swiftlet-ro.sock.lock"))
            try await agent.stop()
            agent.host.close()
        }

        @Test(.enabled(if: FileSystem.exists("/usr/bin/systemd-socket-activate")))
        func systemdsOwnToolPassesTheSocket() async throws {
            let agent = try await CrashTests.freshAgent()
            let command = Command(
                [
                    "/usr/bin/systemd-socket-activate", "--listen=\(agent.socket)", "--fdname=swiftlet",
                    TestBinaries.swiftlet, "agent",
                ] + agent.folders
            )
            let process = try await agent.host.start(command, output: "\(agent.folder)/agent.log")
            try await agent.perform { try process.waitForOutput("Listening on") }
            _ = try await agent.call("rpc.ping")
            #expect(FileSystem.exists("\(agent.runRoot)/swiftlet-ro.sock"))
            #expect(!FileSystem.exists("\(agent.socket).lock"))
            try process.signal(SIGTERM)
            expect(try await agent.perform { try process.wait() }, is: ExitStatus.exited(0))
            agent.host.close()
        }

        private func listening(_ path: String, mode: mode_t) throws -> Descriptor {
            let socket = try UnixSocket.bind(path)
            try retrying("chmod", path) { chmod(path, mode) }
            let number = socket.rawValue
            try retrying("listen", path) { listen(number, 16) }
            return socket
        }
    }
}
