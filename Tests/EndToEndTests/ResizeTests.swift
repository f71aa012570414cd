import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Requests and limits that change while a pod runs, and where they go in the kernel.
    @Suite struct ResizeTests {
        private func pod(_ resources: String, policy: String = "", script: String = "exec sleep 100000") -> String {
            Manifest.pod("sized", script, container: "\(policy)\nresources: \(resources)")
        }

        /// Memory limits of a container and of its pod, and its cpu quota.
        private func figures(_ pod: PodView) async throws -> [String] {
            let id = try #require(pod.container("main")?.id)
            let script = """
                cd "$(find /sys/fs/cgroup -type d -path "*$1" | grep -E "/memory/|cgroup/swiftlet" | head -1)"
                cat memory.limit_in_bytes ../memory.limit_in_bytes memory.max ../memory.max
                cd "$(find /sys/fs/cgroup -type d -path "*$1" | grep -E "/cpu/|cgroup/swiftlet" | head -1)"
                cat cpu.cfs_quota_us; cut -d" " -f1 cpu.max
                """
            let stage = try await Stage.shared()
            let text = try await stage.host.run(Command(["/bin/sh", "-c", script, "sh", "/pod\(pod.uid)/\(id)"])).text
            return text.split(separator: "\n").map(String.init)
        }

        private func limit(_ pod: PodView, _ name: String) -> String? {
            pod.container("main")?.node["resources"]?["limits"]?[name]?.stringValue
        }

        private func condition(_ pod: PodView, _ type: String) -> JSONNode? {
            pod.node["status"]?["conditions"]?.arrayValue?.first { $0["type"]?.stringValue == type }
        }

        @Test func aChangedFigureIsAppliedWithoutARestart() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("sized.yaml", pod("{requests: {cpu: 100m, memory: 32Mi}, limits: {cpu: 500m, memory: 64Mi}}"))
            let before = try await agent.waitRunning("sized")
            expect(try await figures(before), is: ["\(64 << 20)", "\(64 << 20)", "50000"])
            let larger = pod("{requests: {cpu: 200m, memory: 32Mi}, limits: {cpu: 1, memory: 128Mi}}")
            let file = "\(agent.folder)/next.yaml"
            try FileSystem.write(file, Array(larger.utf8))
            let told = try await agent.cli("diff", file)
            expect(told.text, contains: "pod default/sized: resize in place")
            expect(told.text, contains: "spec.containers[main].resources.limits.cpu: 500m → 1")

            try agent.put("sized.yaml", larger)
            let after = try await agent.wait(for: "sized", until: "the new limit") { self.limit($0, "memory") == "128Mi" }
            #expect(after.uid == before.uid)
            #expect(after.container("main")?.id == before.container("main")?.id)
            #expect(after.container("main")?.restarts == 0)
            #expect(after.container("main")?.node["allocatedResources"]?["cpu"]?.stringValue == "200m")
            expect(try await figures(after), is: ["\(128 << 20)", "\(128 << 20)", "100000"])
            // And down again, by another agent.
            try await agent.kill()
            try agent.put("sized.yaml", pod("{requests: {cpu: 100m, memory: 16Mi}, limits: {memory: 48Mi}}"))
            try await agent.start()
            let smaller = try await agent.wait(for: "sized", until: "the old limit") { self.limit($0, "memory") == "48Mi" }
            #expect(smaller.container("main")?.id == before.container("main")?.id)
            expect(try await figures(smaller).prefix(2), is: ["\(48 << 20)", "\(48 << 20)"])
            try await agent.removeAll()
        }

        @Test func whatTheMachineDoesNotHave() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("sized.yaml", pod("{requests: {memory: 32Mi}, limits: {memory: 64Mi}}"))
            let before = try await agent.waitRunning("sized")
            try agent.put("sized.yaml", pod("{requests: {memory: 100Ti}, limits: {memory: 200Ti}}"))
            let pending = try await agent.wait(for: "sized", until: "the refusal") {
                self.condition($0, "PodResizePending") != nil
            }
            #expect(condition(pending, "PodResizePending")?["reason"]?.stringValue == "Infeasible")
            #expect(limit(pending, "memory") == "64Mi")
            expect(try await figures(pending).prefix(2), is: ["\(64 << 20)", "\(64 << 20)"])
            #expect(pending.container("main")?.id == before.container("main")?.id)
            try agent.put("sized.yaml", pod("{requests: {memory: 32Mi}, limits: {memory: 64Mi}}"))
            let back = try await agent.wait(for: "sized", until: "the old wish") {
                self.condition($0, "PodResizePending") == nil && $0.isRunning
            }
            #expect(back.uid == before.uid)
            try await agent.removeAll()
        }

        @Test func aLimitBelowWhatIsInUse() async throws {
            let agent = try await Stage.shared().agent
            let script = "head -c 40000000 /dev/zero > /dev/shm/x; echo full; exec sleep 100000"
            try agent.put("sized.yaml", pod("{requests: {memory: 8Mi}, limits: {memory: 64Mi}}", script: script))
            try await agent.waitForLogLine("sized", "full")
            try agent.put("sized.yaml", pod("{requests: {memory: 8Mi}, limits: {memory: 24Mi}}", script: script))
            let waiting = try await agent.wait(for: "sized", until: "the error") {
                self.condition($0, "PodResizeInProgress")?["reason"]?.stringValue == "Error"
            }
            #expect(limit(waiting, "memory") == "64Mi")
            #expect(waiting.isRunning)
            _ = try await agent.exec("sized", "rm /dev/shm/x")
            let done = try await agent.wait(for: "sized", until: "the new limit") { self.limit($0, "memory") == "24Mi" }
            #expect(done.container("main")?.restarts == 0)
            expect(try await figures(done).first, is: "\(24 << 20)")
            try await agent.removeAll()
        }

        @Test func aPolicyThatWantsARestart() async throws {
            let agent = try await Stage.shared().agent
            let policy = "resizePolicy: [{resourceName: memory, restartPolicy: RestartContainer}]"
            try agent.put("sized.yaml", pod("{requests: {memory: 8Mi}, limits: {memory: 32Mi}}", policy: policy))
            let before = try await agent.waitRunning("sized")
            try agent.put("sized.yaml", pod("{requests: {memory: 8Mi}, limits: {memory: 64Mi}}", policy: policy))
            let after = try await agent.wait(for: "sized", until: "the second attempt") {
                $0.isRunning && $0.container("main")?.restarts == 1 && self.limit($0, "memory") == "64Mi"
            }
            #expect(after.uid == before.uid)
            expect(try await figures(after).prefix(2), is: ["\(64 << 20)", "\(64 << 20)"])
            try await agent.removeAll()
        }

        @Test func theAgentIsKilledWhenItIsApplied() async throws {
            let agent = try await CrashTests.freshAgent()
            try await agent.start(failPoint: "resized")
            func pod(_ memory: String) -> String {
                Manifest.pod(
                    "sized",
                    image: AgentFixture.loadedImage,
                    container: "resources: {requests: {memory: 8Mi}, limits: {memory: \(memory)}}"
                )
            }
            try agent.put("sized.yaml", pod("32Mi"))
            let before = try await agent.waitRunning("sized")
            try agent.put("sized.yaml", pod("64Mi"))
            expect(try await agent.waitForEnd(), is: ExitStatus.signaled(9))
            try await agent.start()
            let after = try await agent.wait(for: "sized", until: "the new limit") { self.limit($0, "memory") == "64Mi" }
            #expect(after.container("main")?.id == before.container("main")?.id)
            try await agent.removeAll()
            agent.host.close()
        }
    }

    /// Where pods are among the cgroups.
    @Suite struct ResourceTests {
        private func folders(_ pod: PodView) async throws -> [String] {
            let script = "find /sys/fs/cgroup -type d -name \"$1\" | grep -E \"/memory/|cgroup/swiftlet\""
            let stage = try await Stage.shared()
            return try await stage.host.run(Command(["/bin/sh", "-c", script, "sh", "pod\(pod.uid)"])).text.split(
                separator: "\n"
            ).map(String.init)
        }

        @Test(
            arguments: [
                ("{}", "besteffort/"), ("{requests: {cpu: 10m}}", "burstable/"),
                ("{limits: {cpu: 100m, memory: 32Mi}}", "swiftlet/"),
            ]
        )
        func classesHaveTheirPlaces(_ resources: String, _ place: String) async throws {
            let agent = try await Stage.shared().agent
            try agent.put("placed.yaml", Manifest.pod("placed", container: "resources: \(resources)"))
            let pod = try await agent.waitRunning("placed")
            let found = try await folders(pod)
            #expect(!found.isEmpty && found.allSatisfy { $0.contains("\(place)pod\(pod.uid)") }, "\(found)")
            try await agent.removeAll()
            expect(try await folders(pod), is: [])
        }

        @Test func hugePages() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("huge.yaml", Manifest.pod("huge", container: "resources: {limits: {cpu: 100m, hugepages-2Mi: 4Mi}}"))
            let script = "cat /sys/fs/cgroup/cgroup.controllers /sys/fs/cgroup/*/cgroup.controllers 2>/dev/null; ls /sys/fs/cgroup"
            let controllers = try await Stage.shared().host.run(Command(["/bin/sh", "-c", script])).text
            guard controllers.contains("hugetlb") else {
                // Without the controller the limit would be none.
                try await agent.wait(for: "huge", until: "the refusal") { $0.complaints.contains("hugetlb") }
                return try await agent.removeAll()
            }
            let pod = try await agent.waitRunning("huge")
            let id = try #require(pod.container("main")?.id)
            let find = "cd \"$(find /sys/fs/cgroup -type d -path \"*$1\" -exec test -e {}/hugetlb.2MB.max -o -e {}/hugetlb.2MB.limit_in_bytes \\; -print | head -1)\"; cat hugetlb.2MB.max hugetlb.2MB.limit_in_bytes ../hugetlb.2MB.max 2>/dev/null"
            let text = try await Stage.shared().host.run(Command(["/bin/sh", "-c", find, "sh", "/pod\(pod.uid)/\(id)"])).text
            #expect(text.split(separator: "\n").allSatisfy { $0 == "4194304" } && !text.isEmpty, "\(text)")
            try await agent.removeAll()
        }

        @Test func aPodsOwnLimitIsShared() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "own.yaml",
                Manifest.pod("own", spec: "resources: {limits: {cpu: 500m, memory: 64Mi}}")
            )
            let pod = try await agent.waitRunning("own")
            let folder = try #require(try await folders(pod).first)
            let text = try await Stage.shared().host.run(
                Command(["/bin/sh", "-c", "cat \"$1\"/memory.limit_in_bytes \"$1\"/memory.max", "sh", folder])
            ).text
            expect(text, contains: "\(64 << 20)")
            #expect(pod.node["status"]?["qosClass"]?.stringValue == "Guaranteed")
            try await agent.removeAll()
        }
    }
}
