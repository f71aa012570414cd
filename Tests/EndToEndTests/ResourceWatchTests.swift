import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// `get --watch` and `wait` for what is no pod, and the classes that pods name.
    @Suite struct ResourceWatchTests {
        private static func deployment(_ name: String, _ replicas: Int = 1) -> String {
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: \(name)}
            spec:
              replicas: \(replicas)
              selector: {matchLabels: {app: \(name)}}
              template:
                metadata: {labels: {app: \(name)}}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers:
                  - {name: main, image: "\(Stage.image)", command: [sleep, "100000"]}
            """
        }

        private static let job = """
            apiVersion: batch/v1
            kind: Job
            metadata: {name: watched-job}
            spec:
              template:
                spec:
                  restartPolicy: Never
                  containers:
                  - {name: main, image: "\(Stage.image)", command: ["true"]}
            """

        @Test func whatMakesPodsIsWaitedFor() async throws {
            let agent = try await Stage.shared().agent
            async let created = agent.cli("wait", "--for=create", "deployment/watched", "--timeout", "60s")
            try agent.put("d.yaml", Self.deployment("watched", 2))
            expect(try await created.checked().text, is: "deployment/watched condition met\n")
            let available = try await agent.cli("wait", "--for=condition=Available", "deployment/watched", "--timeout", "60s")
            expect(available.text, is: "deployment/watched condition met\n")
            let replicas = try await agent.cli(
                "wait", "--for=jsonpath={.status.availableReplicas}=2", "deploy/watched", "--timeout", "60s"
            )
            expect(replicas.text, is: "deployment/watched condition met\n")
            try agent.put("d.yaml", Self.deployment("watched", 1))
            let generation = try await agent.cli(
                "wait", "--for=jsonpath={.status.observedGeneration}=2", "deploy/watched", "--timeout", "60s"
            )
            expect(generation.text, is: "deployment/watched condition met\n")

            try agent.put("j.yaml", Self.job)
            expect(try await agent.cli("wait", "--for=create", "job/watched-job", "--timeout", "60s").checked().text, is: "job/watched-job condition met\n")
            let complete = try await agent.cli("wait", "--for=condition=Complete", "job/watched-job", "deployment/watched", "--timeout", "5s")
            // The deployment has no such condition: one after the other, within one time.
            #expect(complete.text == "job/watched-job condition met\n" && complete.status == ExitStatus.exited(7), "\(complete)")

            let none = try await agent.cli("wait", "--for=condition=Available", "deployment/nobody")
            #expect(none.status == ExitStatus.exited(3), "\(none)")
            let now = try await agent.cli("wait", "--for=condition=Nothing", "deployment/watched", "--timeout", "0s")
            #expect(now.status == ExitStatus.exited(7), "\(now)")
            async let gone = agent.cli("wait", "--for=delete", "deployment/watched", "job/watched-job", "--timeout", "60s")
            try agent.remove("d.yaml")
            try agent.remove("j.yaml")
            expect(try await gone.checked().text, is: "deployment/watched condition met\njob/watched-job condition met\n")
            try await agent.removeAll()
        }

        /// A watch, until a line comes; it is ended then.
        private func watch(_ agent: AgentFixture, _ arguments: String, until line: String, _ act: @Sendable () async throws -> Void) async throws -> String {
            let output = "\(agent.folder)/watch-\(UInt32.random(in: 0 ... .max))"
            let script = """
                \(TestBinaries.swiftlet) get \(arguments) --watch >\(output) 2>&1 & pid=$!
                i=0; while [ $i -lt 600 ]; do grep -q '\(line)' \(output) && break; sleep 0.05; i=$((i+1)); done
                kill $pid; wait $pid 2>/dev/null; cat \(output); rm \(output)
                """
            var command = agent.swiftletCommand([])
            command.arguments = ["/bin/sh", "-c", script]
            async let seen = agent.host.run(command)
            let deadline = Deadline(in: .seconds(30))
            // What there is has been told: what follows is a change.
            while !deadline.hasPassed {
                if FileSystem.exists(output), try !FileSystem.readText(output).isEmpty { break }
                try await agent.perform { _ = poll(nil, 0, 20) }
            }
            try await act()
            return try await seen.text
        }

        @Test func everyTypeIsWatched() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("d.yaml", Self.deployment("first"))
            _ = try await agent.cli("wait", "--for=condition=Available", "deployment/first", "--timeout", "60s").checked()
            let deployments = try await watch(agent, "deployments -o name", until: "second") {
                try agent.put("e.yaml", Self.deployment("second"))
            }
            #expect(deployments.hasPrefix("deployment/first\n") && deployments.contains("deployment/second\n"), "\(deployments)")
            let table = try await watch(agent, "deployments", until: "1/1.*1.*1") {}
            #expect(table.hasPrefix("NAME     READY"), "\(table)")

            @Sendable func map(_ name: String) -> String { "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \(name)}\ndata: {a: b}\n" }
            try agent.put("m.yaml", map("one"))
            let created = try await agent.cli("wait", "--for=create", "configmap/one", "--timeout", "60s")
            expect(try created.checked().text, is: "configmap/one condition met\n")
            let maps = try await watch(agent, "configmaps -o name", until: "two") { try agent.put("n.yaml", map("two")) }
            expect(maps, is: "configmap/one\nconfigmap/two\n")

            // The address that a pod gets is a change of its network.
            let networks = try await watch(agent, "networks -o jsonpath={.leases[*].pod}", until: "leased") {
                try agent.put("p.yaml", Manifest.pod("leased"))
            }
            #expect(networks.contains("default/leased"), "\(networks)")
            let images = try await watch(agent, "images -o name", until: "image/") {}
            #expect(images.contains("image/"), "\(images)")
            for wrong in [["get", "pods,deployments", "--watch"], ["get", "deploy", "a", "b", "-w"], ["wait", "--for=delete", "deploy"]] {
                #expect(try await agent.swiftlet(wrong).status == ExitStatus.exited(2))
            }
            try await agent.removeAll()
        }

        @Test func classesAreShownAndTheirOverheadCounts() async throws {
            let agent = try await Stage.shared().agent
            let classes = """
                apiVersion: scheduling.k8s.io/v1
                kind: PriorityClass
                metadata: {name: high}
                value: 1000
                description: for what matters
                ---
                apiVersion: node.k8s.io/v1
                kind: RuntimeClass
                metadata: {name: heavy}
                handler: swiftlet
                overhead: {podFixed: {memory: 32Mi, cpu: 100m}}
                """
            try agent.put("classes.yaml", classes)
            _ = try await agent.cli("wait", "--for=create", "priorityclass/high", "--timeout", "60s").checked()
            let spec = "runtimeClassName: heavy\npriorityClassName: high"
            try agent.put("p.yaml", Manifest.pod("classy", container: "resources: {limits: {memory: 32Mi}}", spec: spec))
            let pod = try await agent.waitRunning("classy")
            let get = try await agent.cli("get", "pc,runtimeclasses", "-n", "anywhere").checked().text
            expect(get, is: """
                NAME   VALUE   GLOBAL-DEFAULT   PREEMPTIONPOLICY       FILE
                high   1000    false            PreemptLowerPriority   classes.yaml

                NAME    HANDLER    OVERHEAD               FILE
                heavy   swiftlet   cpu=100m,memory=32Mi   classes.yaml

                """)
            let described = try await agent.cli("describe", "priorityclass", "high").checked().text
            #expect(described.contains("Value:           1000\n") && described.contains("Used By:         default/classy\n"), "\(described)")
            #expect(try await agent.cli("describe", "runtimeclass/heavy").text.contains("Overhead:        cpu=100m, memory=32Mi\n"))
            let shown = try await agent.cli("get", "pod", "classy", "-o", "jsonpath={.spec.overhead.memory} {.spec.priority}")
            expect(shown.text, is: "32Mi 1000")
            // On top of the container's limit, in the pod's cgroup.
            let script = """
                cd "$(find /sys/fs/cgroup -type d -path "*$1" | grep -E "/memory/|cgroup/swiftlet" | head -1)"
                cat memory.limit_in_bytes memory.max 2>/dev/null
                """
            let limit = try await agent.host.run(Command(["/bin/sh", "-c", script, "sh", "/pod\(pod.uid)"])).text
            expect(limit, is: "\(64 << 20)\n")
            try agent.remove("p.yaml")
            let removed = try await agent.cli("delete", "priorityclass/high", "runtimeclass/heavy", "-n", "elsewhere")
            #expect(removed.succeeded, "\(removed)")
            expect(try await agent.cli("get", "pc,runtimeclasses", "-o", "name").text, is: "")
            try await agent.removeAll()
        }

        @Test func anAgentThatIsLeftAloneGivesMemoryBack() async throws {
            let host = try await TestHost("idle-memory")
            let agent = try AgentFixture(host: host, folder: host.folder)
            try await agent.loadImage()
            try await agent.start()
            try agent.put("a.yaml", Manifest.pod("a", image: AgentFixture.loadedImage))
            try await agent.waitRunning("a")
            let pid = agent.pid
            /// KiB of the program's own code that are mapped.
            func code() throws -> Int {
                var isCode = false
                var sum = 0
                for line in try FileSystem.readText("/proc/\(pid)/smaps").split(separator: "\n") {
                    if line.hasPrefix("Rss:"), isCode { sum += line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0 }
                    if line.contains("-") && line.contains(" r") { isCode = line.contains(" r-xp ") && line.hasSuffix("/swiftlet") }
                }
                return sum
            }
            let deadline = Deadline(in: .seconds(60))
            // Nobody tells. What an idle agent runs again is little.
            while try code() > 12 << 10 {
                guard !deadline.hasPassed else { throw WaitFailure(what: "code that is not mapped", last: "\(try code()) KiB") }
                try await agent.perform { _ = poll(nil, 0, 50) }
            }
            // It goes on working with what it has given back.
            #expect(try await agent.exec("a", "echo alive") == "alive\n")
            try await agent.removeAll()
            host.close()
        }
    }
}
