import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// ConfigMaps in the folder: variables, files, and what waits for them.
    @Suite struct ConfigMapTests {
        private func map(_ name: String, _ data: String) -> String {
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: \(name)}, data: \(data)}"
        }

        @Test func variablesAndFilesComeFromTheFolder() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("cm-use-map.yaml", map("cm-use", "{greeting: hello, app.conf: \"mode=1\\n\"}"))
            try agent.put(
                "cm-use.yaml",
                Manifest.pod(
                    "cm-use",
                    "echo $A-$P_greeting-$CPU-$(cat /etc/app/x/conf /meta/labels)-$(stat -L -c %a /etc/app/x/conf); touch /etc/app/y || echo read-only",
                    restart: "Never",
                    container: """
                        env:
                        - {name: A, valueFrom: {configMapKeyRef: {name: cm-use, key: greeting}}}
                        - {name: CPU, valueFrom: {resourceFieldRef: {resource: requests.cpu, divisor: 1m}}}
                        envFrom: [{prefix: P_, configMapRef: {name: cm-use}}]
                        resources: {requests: {cpu: 100m}}
                        volumeMounts: [{name: app, mountPath: /etc/app}, {name: meta, mountPath: /meta}]
                        """,
                    spec: """
                        volumes:
                        - {name: app, configMap: {name: cm-use, items: [{key: app.conf, path: x/conf, mode: 0640}]}}
                        - {name: meta, downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.name}}]}}
                        """
                )
            )
            try await agent.waitEnded("cm-use")
            let lines = try await agent.logLines("cm-use").filter { !$0.hasPrefix("touch:") }
            #expect(lines == ["hello-hello-100-mode=1 cm-use-640", "read-only"])
            try await agent.removeAll()
        }

        @Test func whatIsMissingIsNamedAndStartsWhatWaitsWhenItIsThere() async throws {
            let agent = try await Stage.shared().agent
            let env = "env: [{name: A, valueFrom: {configMapKeyRef: {name: cm-late, key: a}}}]"
            try agent.put("cm-wait.yaml", Manifest.pod("cm-wait", "echo $A; exec sleep 100000", container: env))
            let waiting = try await agent.wait(for: "cm-wait") {
                $0.containers.first?.waitingReason == "CreateContainerConfigError"
            }
            #expect(waiting.containers.first?.waitingMessage == "configmap \"cm-late\" not found")
            try agent.put("cm-late.yaml", map("cm-late", "{b: x}"))
            try await agent.wait(for: "cm-wait") {
                $0.containers.first?.waitingMessage == "couldn't find key a in ConfigMap default/cm-late"
            }
            let volume = """
                volumes: [{name: v, configMap: {name: cm-later}}]
                """
            let mount = "volumeMounts: [{name: v, mountPath: /v}]"
            try agent.put("cm-mount.yaml", Manifest.pod("cm-mount", "echo $(cat /v/k); exec sleep 100000", container: mount, spec: volume))
            try await agent.wait(for: "cm-mount") { $0.complaints.contains("configmap \"cm-later\" not found") }
            let events = try await agent.cli("describe", "pod", "cm-mount").text
            #expect(events.contains("FailedMount"))

            try agent.put("cm-late.yaml", map("cm-late", "{a: here}"))
            try agent.put("cm-later.yaml", map("cm-later", "{k: there}"))
            try await agent.waitRunning("cm-wait")
            try await agent.waitRunning("cm-mount")
            #expect(try await agent.firstLogLine("cm-wait") == "here")
            #expect(try await agent.firstLogLine("cm-mount") == "there")
            try await agent.removeAll()
        }

        @Test func aChangedMapReachesTheFilesWithoutARestartAndAcrossAgents() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("cm-swap-map.yaml", map("cm-swap", "{k: one}"))
            // Tells each change once: the shell looks, the test does not wait by the clock.
            let script = """
                last=; while :; do now=$(cat /v/k); [ "$now" = "$last" ] || echo "$now $(cat /sub)"; last=$now; sleep 0.05; done
                """
            try agent.put(
                "cm-swap.yaml",
                Manifest.pod(
                    "cm-swap",
                    script,
                    container: """
                        volumeMounts: [{name: v, mountPath: /v}, {name: v, mountPath: /sub, subPath: k}]
                        """,
                    spec: "volumes: [{name: v, configMap: {name: cm-swap}}]"
                )
            )
            try await agent.waitRunning("cm-swap")
            try await agent.waitForLogLine("cm-swap", "one one")
            try agent.put("cm-swap-map.yaml", map("cm-swap", "{k: two}"))
            // What is mounted by its own path stays what it was.
            try await agent.waitForLogLine("cm-swap", "two one")
            try await agent.kill()
            try agent.put("cm-swap-map.yaml", map("cm-swap", "{k: three}"))
            try await agent.start()
            try await agent.waitForLogLine("cm-swap", "three one")
            let pod = try await agent.waitRunning("cm-swap")
            #expect(pod.containers.first?.restarts == 0)
            try await agent.removeAll()
        }

        @Test func aMapOfTenMegabytesIsAClearErrorAndLeavesTheOthersAlone() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("cm-good.yaml", map("cm-good", "{k: v}"))
            let huge = String(repeating: "x", count: 10 << 20)
            try agent.put("cm-huge.yaml", map("cm-huge", "{k: \(huge)}"))
            let large = String(repeating: "x", count: 2 << 20)
            try agent.put("cm-large.yaml", map("cm-large", "{k: \(large)}"))
            let tooLarge = try await agent.problems(about: "cm-huge.yaml")
            #expect(tooLarge.count == 1 && tooLarge[0].contains("a manifest has at most 4194304"), "\(tooLarge)")
            let above = try await agent.problems(about: "cm-large.yaml")
            #expect(above.count == 1 && above[0].contains("holds 2097152 bytes; a ConfigMap has at most 1048576"))
            let env = "envFrom: [{configMapRef: {name: cm-good}}]"
            try agent.put("cm-fine.yaml", Manifest.pod("cm-fine", "echo $k", restart: "Never", container: env))
            try await agent.waitEnded("cm-fine")
            #expect(try await agent.firstLogLine("cm-fine") == "v")
            try await agent.removeAll()
        }
    }
}
