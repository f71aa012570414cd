import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Pods that another OCI runtime runs: Debian's runc.
    @Suite struct RuntimeClassTests {
        private static let runc = "/usr/sbin/runc"

        @Test(.enabled(if: FileSystem.exists(RuntimeClassTests.runc)))
        func aClassOfTheConfigurationIsAnotherRuntime() async throws {
            let host = try await TestHost("runtime-class")
            let file = "\(host.folder)/c.yaml"
            try FileSystem.write(file, Array("runtimes: {runc: \(Self.runc)}\n".utf8))
            guard chmod(file, 0o644) == 0 else { throw SystemError.last("chmod", file) }
            let agent = try AgentFixture(
                host: host,
                folder: host.folder,
                options: AgentFixture.quickBackoff + ["--config", file]
            )
            try await agent.loadImage()
            try await agent.start()
            let script = "echo begun; trap 'exit 0' TERM; while :; do sleep 0.1; done"
            func pod(_ name: String, _ runtime: String) -> String {
                Manifest.pod(name, script, image: AgentFixture.loadedImage, grace: 10, spec: "runtimeClassName: \(runtime)")
            }
            try agent.put("other.yaml", pod("other", "runc"))
            try agent.put("own.yaml", pod("own", "swiftlet"))
            try agent.put("none.yaml", pod("none", "gvisor"))
            for (name, runtime) in [("other", Self.runc), ("own", nil)] {
                let running = try await agent.waitRunning(name)
                try await agent.waitForLogLine(name, "begun")
                let recorded = "\(agent.runRoot)/pods/\(running.uid)/containers/main_0/runtime"
                let used = FileSystem.exists(recorded) ? try FileSystem.readText(recorded) : nil
                #expect(used == runtime)
                #expect(try await agent.exec(name, "cat /proc/1/comm") == "sh\n")
            }
            let unknown = try await agent.wait(for: "none", until: "no such class") { $0.reason == "RuntimeClassNotFound" }
            #expect(unknown.message.hasSuffix("has runc, swiftlet"), "\(unknown)")
            // One that goes on: found again by the agent that comes next.
            let before = try await agent.waitRunning("other")
            try await agent.kill()
            try await agent.start()
            let after = try await agent.waitRunning("other")
            #expect(after.container("main")?.id == before.container("main")?.id)
            try await agent.removeAll()
            host.close()
        }
    }
}
