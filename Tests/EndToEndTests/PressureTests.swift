import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// A machine that runs short of what pods share.
    @Suite struct PressureTests {
        private static let image = AgentFixture.loadedImage

        /// An agent that is configured by a file of its own, which the tests write anew.
        private func agent(_ host: TestHost, _ configuration: String) async throws -> AgentFixture {
            let agent = try AgentFixture(
                host: host,
                folder: host.folder,
                options: AgentFixture.quickBackoff + ["--config", "\(host.folder)/config.yaml"]
            )
            try configure(host, configuration)
            return agent
        }

        private func configure(_ host: TestHost, _ configuration: String) throws {
            let file = "\(host.folder)/config.yaml"
            try FileSystem.write(file, Array((configuration + "\n").utf8))
            guard chmod(file, 0o644) == 0 else { throw SystemError.last("chmod", file) }
        }

        private func conditions(_ agent: AgentFixture) async throws -> [String: String] {
            let found = try await agent.call("system.info")["conditions"]?.arrayValue ?? []
            return Dictionary(
                uniqueKeysWithValues: found.map { ($0["type"]?.stringValue ?? "", $0["status"]?.stringValue ?? "") }
            )
        }

        @Test func memoryThatIsShortCostsPodsThatAreNotCritical() async throws {
            let host = try await TestHost("pressure")
            let plenty = "evictionPressureTransitionPeriod: 0s"
            let agent = try await agent(host, plenty)
            try await agent.loadImage()
            try await agent.start()
            try agent.put("victim.yaml", Manifest.pod("victim", image: Self.image))
            try agent.put(
                "vital.yaml",
                Manifest.pod("vital", image: Self.image, spec: "priorityClassName: system-node-critical")
            )
            let victim = try await agent.waitRunning("victim")
            let vital = try await agent.waitRunning("vital")
            expect(try await conditions(agent), is: ["MemoryPressure": "False", "DiskPressure": "False", "PIDPressure": "False"])

            // More than any machine has.
            try await agent.stop()
            try configure(host, "evictionHard: {memory.available: 1000Ti}")
            try await agent.start()
            let evicted = try await agent.waitEnded("victim")
            #expect(evicted.phase == "Failed" && evicted.reason == "Evicted" && evicted.uid == victim.uid)
            expect(evicted.message, contains: "The node was low on resource: memory. Threshold quantity: 1000Ti, available: ")
            #expect(evicted.condition("DisruptionTarget") == "True")
            expect(try await conditions(agent)["MemoryPressure"], is: "True")
            try agent.put("late.yaml", Manifest.pod("late", image: Self.image))
            let late = try await agent.wait(for: "late", until: "late held back") { $0.reason == "NodePressure" }
            #expect(late.phase == "Pending" && late.message == "The node had condition: [MemoryPressure]. ")
            expect(try await agent.pod("vital")?.containers.first?.id, is: vital.containers.first?.id)
            expect(try await agent.cli("health").text, contains: "the node has condition MemoryPressure")

            // It begins when there is room again; the one that went stays as it is, and its file stays the wish for another day.
            try await agent.stop()
            try configure(host, plenty)
            try await agent.start()
            try await agent.waitRunning("late")
            expect(try await agent.pod("victim")?.reason, is: "Evicted")
            try await agent.removeAll()
            host.close()
        }

        @Test func aFullDiskCostsThePodThatFillsIt() async throws {
            let host = try await TestHost("disk")
            let agent = try await agent(host, "evictionHard: {nodefs.available: 40%}")
            try await host.run("/bin/mount", "-t", "tmpfs", "-o", "size=96m,mode=0755", "tmpfs", agent.root).checked()
            try await agent.loadImage()
            try await agent.start()
            try agent.put("modest.yaml", Manifest.pod("modest", image: Self.image))
            try await agent.waitRunning("modest")
            let script = "dd if=/dev/zero of=/data/file bs=1M count=60; exec sleep 100000"
            try agent.put(
                "greedy.yaml",
                Manifest.pod(
                    "greedy",
                    script,
                    image: Self.image,
                    container: "volumeMounts: [{name: data, mountPath: /data}]",
                    spec: "volumes: [{name: data, emptyDir: {}}]"
                )
            )
            let greedy = try await agent.waitEnded("greedy")
            #expect(greedy.phase == "Failed" && greedy.reason == "Evicted", "\(greedy)")
            expect(greedy.message, contains: "The node was low on resource: ephemeral-storage. Threshold quantity: ")
            // What it had written is given back, and its log is not.
            try await agent.settleAfterEviction(greedy, in: host)
            #expect(try await agent.logLines("greedy").count >= 1)
            #expect(try await agent.pod("modest")?.isRunning == true)
            expect(try await conditions(agent)["DiskPressure"], is: "True")
            try agent.put("late.yaml", Manifest.pod("late", image: Self.image))
            try await agent.wait(for: "late", until: "late held back") { $0.reason == "NodePressure" }
            try await agent.removeAll()
            try await agent.stop()
            host.close()
        }

        @Test func aVolumeBeyondItsSizeCostsItsPodAlone() async throws {
            let agent = try await Stage.shared().agent
            let volume = "volumes: [{name: data, emptyDir: {sizeLimit: 1Mi}}]"
            let mount = "volumeMounts: [{name: data, mountPath: /data}]"
            func pod(_ name: String, kilobytes: Int) -> String {
                let script = "dd if=/dev/zero of=/data/file bs=1k count=\(kilobytes); exec sleep 100000"
                return Manifest.pod(name, script, container: mount, spec: volume)
            }
            try agent.put("within.yaml", pod("within", kilobytes: 512))
            try agent.put("beyond.yaml", pod("beyond", kilobytes: 2048))
            let beyond = try await agent.waitEnded("beyond")
            expect(beyond.message, is: "Usage of EmptyDir volume \"data\" exceeds the limit \"1Mi\". ")
            #expect(beyond.reason == "Evicted" && beyond.condition("DisruptionTarget") == nil)
            #expect(try await agent.pod("within")?.isRunning == true)
            try agent.remove("within.yaml", "beyond.yaml")
            try await agent.waitGone("within")
            try await agent.waitGone("beyond")
        }
    }
}

extension AgentFixture {
    /// Waits, by the pod's own events, until it has given its sandbox back, and looks that its volumes are gone.
    fileprivate func settleAfterEviction(_ pod: PodView, in host: TestHost) async throws {
        try await wait(for: pod.name, until: "\(pod.name) released") { $0.condition("PodReadyToStartContainers") == "False" }
        try await host.run("/bin/sh", "-c", "test ! -e \(root)/pods/\(pod.uid)/volumes").checked()
    }
}
