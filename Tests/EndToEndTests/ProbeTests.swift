import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Probes of real containers.
    @Suite struct ProbeTests {
        private static func warnings(_ pod: String) async throws -> [String] {
            let events = try await Stage.shared().agent.call("pod.get", ["name": JSONNode(pod)])["events"]?.arrayValue ?? []
            return events.filter { $0["type"]?.stringValue == "Warning" }.compactMap { $0["message"]?.stringValue }
        }

        @Test func readinessFollowsWhatTheContainerSays() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "readiness.yaml",
                Manifest.pod(
                    "readiness",
                    "mkdir -p /page; exec httpd -f -p 80 -h /page",
                    container: """
                        ports: [{name: web, containerPort: 80}]
                        readinessProbe: {httpGet: {path: /ok, port: web}, periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 5}
                        """
                )
            )
            let pod = try await agent.waitRunning("readiness")
            #expect(pod.condition("Ready") == "False")
            #expect(pod.container("main")?.isReady == false)
            // It may be there before the container's own command has come that far.
            _ = try await agent.exec("readiness", "mkdir -p /page; echo yes > /page/ok")
            try await agent.wait(for: "readiness", until: "ready") { $0.condition("Ready") == "True" }
            _ = try await agent.exec("readiness", "rm /page/ok")
            let unready = try await agent.wait(for: "readiness", until: "not ready") { $0.condition("Ready") == "False" }
            #expect(unready.container("main")?.restarts == 0)
            let warnings = try await Self.warnings("readiness")
            #expect(warnings.contains("Readiness probe failed: HTTP probe failed with statuscode: 404"), "\(warnings)")
            try await agent.removeAll()
        }

        @Test func aContainerThatIsNotAliveStartsAnew() async throws {
            let agent = try await Stage.shared().agent
            // It pays no attention to SIGTERM until it may quit: the probe's own grace period ends it, the pod's is an hour.
            try agent.put(
                "liveness.yaml",
                Manifest.pod(
                    "liveness",
                    "trap '[ -e /quit ] && exit 0' TERM; touch /alive; while :; do sleep 0.1; done",
                    grace: 3600,
                    container: """
                        startupProbe: {exec: {command: [test, -e, /alive]}, periodSeconds: 1, failureThreshold: 60, timeoutSeconds: 10}
                        livenessProbe:
                          exec: {command: [cat, /alive]}
                          periodSeconds: 1
                          failureThreshold: 1
                          timeoutSeconds: 10
                          terminationGracePeriodSeconds: 1
                        """
                )
            )
            try await agent.wait(for: "liveness", until: "started") { $0.container("main")?.isReady == true }
            _ = try await agent.exec("liveness", "rm /alive")
            let pod = try await agent.wait(for: "liveness", until: "restarted") {
                $0.container("main")?.restarts == 1 && $0.container("main")?.isReady == true
            }
            #expect(pod.container("main")?.lastEnd?.exitCode == 137)
            let warnings = try await Self.warnings("liveness")
            #expect(warnings.contains { $0.hasPrefix("Liveness probe failed: cat: can't open '/alive'") }, "\(warnings)")
            _ = try await agent.exec("liveness", "touch /quit")
            try await agent.removeAll()
        }

        @Test func probesThatFloodOrHangHarmNobody() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "flood.yaml",
                Manifest.pod(
                    "flood",
                    container: "readinessProbe: {exec: {command: [\"yes\", spam]}, periodSeconds: 1, failureThreshold: 1}"
                )
            )
            try agent.put(
                "mute.yaml",
                // Accepts and never answers.
                Manifest.pod(
                    "mute",
                    "exec nc -ll -p 80 -e sleep 100000",
                    container: "readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1, failureThreshold: 1}"
                )
            )
            try agent.put(
                "good.yaml",
                Manifest.pod(
                    "good",
                    "exec httpd -f -p 80 -h /",
                    container: "readinessProbe: {tcpSocket: {port: 80}, periodSeconds: 1}"
                )
            )
            try await agent.wait(for: "good", until: "ready") { $0.condition("Ready") == "True" }
            for name in ["flood", "mute"] { try await agent.waitRunning(name) }
            // An event of its own: the pod's status does not change with each failure.
            for name in ["flood", "mute"] {
                let deadline = Deadline(in: .seconds(30))
                while try await Self.warnings(name).isEmpty, !deadline.hasPassed { try await agent.settle() }
                let warnings = try await Self.warnings(name)
                #expect(warnings.first?.hasPrefix("Readiness probe failed: ") == true, "\(warnings)")
                #expect(warnings.allSatisfy { $0.utf8.count < 2000 })
                let pod = try await agent.wait(for: name) { _ in true }
                #expect(pod.container("main")?.restarts == 0)
            }
            try await agent.removeAll()
        }
    }
}
