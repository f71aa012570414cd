import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Deployments, DaemonSets, Jobs and CronJobs on real containers.
    @Suite struct WorkloadTests {
        private static func template(_ script: String, restart: String, container: String = "") -> String {
            """
            template:
              metadata: {labels: {app: work}}
              spec:
                restartPolicy: \(restart)
                terminationGracePeriodSeconds: 0
                containers:
                - name: main
                  image: \(Stage.image)
                  command: ["/bin/sh", "-c", \(Manifest.quoted(script))]
                  \(container)
            """
        }

        private static func indented(_ text: String, _ count: Int) -> String {
            text.split(separator: "\n").map { String(repeating: " ", count: count) + $0 }.joined(separator: "\n")
        }

        private static func deployment(_ replicas: Int, _ script: String, container: String = "") -> String {
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: work}
            spec:
              replicas: \(replicas)
              selector: {matchLabels: {app: work}}
            \(indented(template(script, restart: "Always", container: container), 2))
            """
        }

        private static func job(_ script: String, _ spec: String = "backoffLimit: 0") -> String {
            """
            apiVersion: batch/v1
            kind: Job
            metadata: {name: job}
            spec:
            \(indented(spec, 2))
            \(indented(template(script, restart: "Never"), 2))
            """
        }

        /// Asks for a workload until it is as asked: there is no event for it alone. Asked again after 20 ms.
        private func wait(
            _ agent: AgentFixture,
            _ kind: String,
            _ name: String,
            until condition: @escaping @Sendable (JSONNode) -> Bool
        ) async throws -> JSONNode {
            let deadline = Deadline(in: .seconds(30))
            while true {
                let request: JSONNode = ["kind": JSONNode(kind), "name": JSONNode(name)]
                let item = try await agent.call("workload.list", request)["items"]?.arrayValue?.first
                if let object = item?["object"], condition(object) { return object }
                guard !deadline.hasPassed else {
                    let text = String(decoding: JSON.serialize(item ?? .null), as: UTF8.self)
                    throw WaitFailure(what: "\(kind) \(name)", last: text)
                }
                try await agent.perform { _ = poll(nil, 0, 20) }
            }
        }

        private func count(_ object: JSONNode, _ field: String) -> Int64 { object["status"]?[field]?.integerValue ?? 0 }

        /// Whether the agent has read the file with these words in it: until then, its status is that of the file before.
        private func asks(_ object: JSONNode, _ words: String) -> Bool {
            String(decoding: JSON.serialize(object["spec"] ?? .null), as: UTF8.self).contains(words)
        }

        private func condition(_ object: JSONNode, _ type: String) -> String? {
            let found = object["status"]?["conditions"]?.arrayValue?.first { $0["type"]?.stringValue == type }
            return found?["status"]?.stringValue == "True" ? found?["reason"]?.stringValue ?? "" : nil
        }

        @Test func aDeploymentRollsAndShrinks() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("work.yaml", Self.deployment(3, "echo one; exec sleep 100000"))
            _ = try await wait(agent, "Deployment", "work") { count($0, "availableReplicas") == 3 }
            let first = Set(try await agent.pods().map(\.name))
            #expect(first.count == 3 && first.allSatisfy { $0.hasPrefix("work-") })

            try agent.put("work.yaml", Self.deployment(3, "echo two; exec sleep 100000"))
            _ = try await wait(agent, "Deployment", "work") {
                asks($0, "echo two") && count($0, "updatedReplicas") == 3 && count($0, "replicas") == 3
                    && count($0, "availableReplicas") == 3 && count($0, "terminatingReplicas") == 0
            }
            let second = try await agent.pods().map(\.name)
            #expect(second.count == 3 && first.isDisjoint(with: second))
            for name in second { expect(try await agent.logLines(name), is: ["two"]) }

            try agent.put("work.yaml", Self.deployment(1, "echo two; exec sleep 100000"))
            _ = try await wait(agent, "Deployment", "work") {
                count($0, "replicas") == 1 && count($0, "terminatingReplicas") == 0
            }
            #expect(try await agent.pods().count == 1)
            try await agent.removeAll()
            #expect(try await agent.call("workload.list")["items"]?.arrayValue?.isEmpty == true)
        }

        @Test func anAgentThatIsKilledStartsNothingTwice() async throws {
            let agent = try await CrashTests.freshAgent()
            try await agent.start()
            let image = Stage.image
            let deployment = Self.deployment(2, "exec sleep 100000").replacing(image, with: AgentFixture.loadedImage)
            try agent.put("work.yaml", deployment)
            _ = try await wait(agent, "Deployment", "work") { count($0, "availableReplicas") == 2 }
            let before = try await agent.pods()
            var pids: Set<String> = []
            for pod in before { pids.insert("\(try await agent.pid(of: try #require(pod.container("main"))))") }

            try await agent.kill()
            // In the midst of a step, too: what it has written down, it makes.
            try agent.put("work.yaml", deployment.replacing("replicas: 2", with: "replicas: 3"))
            try await agent.launch(failPoint: "workloads-written")
            expect(try await agent.waitForEnd(), is: ExitStatus.signaled(SIGKILL), "the fail point was not passed")
            try await agent.start()
            _ = try await wait(agent, "Deployment", "work") { count($0, "availableReplicas") == 3 }
            let after = try await agent.pods()
            #expect(Set(after.map(\.name)).isSuperset(of: before.map(\.name)) && after.count == 3)
            for pod in after where before.contains(where: { $0.name == pod.name }) {
                let container = try #require(pod.container("main"))
                #expect(container.restarts == 0)
                #expect(pids.contains("\(try await agent.pid(of: container))"))
            }
            try await agent.removeAll()
            agent.host.close()
        }

        @Test func aJobByIndexes() async throws {
            let agent = try await Stage.shared().agent
            let script = "echo \"index $JOB_COMPLETION_INDEX on $(hostname)\""
            try agent.put(
                "job.yaml",
                Self.job(script, "completions: 4\nparallelism: 2\ncompletionMode: Indexed\nttlSecondsAfterFinished: 3600")
            )
            let job = try await wait(agent, "Job", "job") { condition($0, "Complete") != nil }
            #expect(job["status"]?["completedIndexes"]?.stringValue == "0-3")
            var lines: [String] = []
            for pod in try await agent.pods() { lines += try await agent.logLines(pod.name) }
            #expect(lines.sorted() == (0..<4).map { "index \($0) on job-\($0)" })
            // A short time to live may be given to a job that has ended.
            try agent.put(
                "job.yaml",
                Self.job(script, "completions: 4\nparallelism: 2\ncompletionMode: Indexed\nttlSecondsAfterFinished: 0")
            )
            for name in try await agent.pods().map(\.name) { try await agent.waitGone(name) }
            #expect(try await agent.call("workload.list")["items"]?.arrayValue?.isEmpty == true)
            try await agent.removeAll()
        }

        @Test func aJobThatFails() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("job.yaml", Self.job("exit 3"))
            let job = try await wait(agent, "Job", "job") { condition($0, "Failed") != nil }
            #expect(condition(job, "Failed") == "BackoffLimitExceeded" && count(job, "failed") == 1)
            // A changed one begins anew.
            try agent.put("job.yaml", Self.job("exit 0"))
            _ = try await wait(agent, "Job", "job") { condition($0, "Complete") != nil }
            try agent.put("job.yaml", Self.job("exec sleep 100000", "activeDeadlineSeconds: 1"))
            let late = try await wait(agent, "Job", "job") { condition($0, "Failed") != nil }
            #expect(condition(late, "Failed") == "DeadlineExceeded")
            try await agent.removeAll()
        }

        @Test func aCronJobComesRound() async throws {
            let agent = try await Stage.shared().agent
            let cron = """
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: tick}
                spec:
                  schedule: "@every 1s"
                  concurrencyPolicy: Forbid
                  successfulJobsHistoryLimit: 2
                  jobTemplate:
                    spec:
                \(Self.indented(Self.template("echo tick", restart: "OnFailure"), 6))
                """
            try agent.put("tick.yaml", cron)
            _ = try await wait(agent, "CronJob", "tick") { $0["status"]?["lastSuccessfulTime"] != nil }
            let jobs = try await agent.call("workload.list", ["kind": "Job"])["items"]?.arrayValue ?? []
            #expect(!jobs.isEmpty && jobs.count <= 3)
            try agent.remove("tick.yaml")
            // No more are begun from here on.
            try await agent.settle()
            try await agent.removeAll()
        }

        @Test func aDaemonSetWithAPortOfTheHost() async throws {
            let agent = try await Stage.shared().agent
            func set(_ word: String) -> String {
                """
                apiVersion: apps/v1
                kind: DaemonSet
                metadata: {name: daemon}
                spec:
                  selector: {matchLabels: {app: work}}
                \(Self.indented(
                    Self.template(
                        "mkdir /w; echo \(word) > /w/index.html; exec httpd -f -p 80 -h /w",
                        restart: "Always",
                        container: "ports: [{containerPort: 80, hostPort: 8099}]"
                    ),
                    2
                ))
                """
            }
            try agent.put("daemon.yaml", set("one"))
            _ = try await wait(agent, "DaemonSet", "daemon") { count($0, "numberAvailable") == 1 }
            expect(try await agent.host.page("http://127.0.0.1:8099/"), is: "one\n")
            try agent.put("daemon.yaml", set("two"))
            _ = try await wait(agent, "DaemonSet", "daemon") {
                asks($0, "echo two") && count($0, "updatedNumberScheduled") == 1 && count($0, "numberAvailable") == 1
            }
            expect(try await agent.host.page("http://127.0.0.1:8099/"), is: "two\n")
            try await agent.removeAll()
        }

        @Test func badWorkloadsAreToldByTheirPlaces() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "cron.yaml",
                """
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: never}
                spec:
                  schedule: "0 0 31 2 *"
                  jobTemplate:
                    spec:
                \(Self.indented(Self.template("true", restart: "Always"), 6))
                """
            )
            let problems = try await agent.problems(about: "cron.yaml").joined()
            #expect(problems.contains("never comes: none of its months has a day 31"))
            #expect(problems.contains("spec.jobTemplate.spec.template.spec.restartPolicy"))
            try await agent.removeAll()
        }
    }
}
