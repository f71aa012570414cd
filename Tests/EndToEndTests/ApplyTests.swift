import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// `apply`, `delete`, `wait` and `diff` on a real agent.
    @Suite struct ApplyTests {
        private func map(_ name: String, _ value: String) -> String {
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: \(name)\ndata:\n  key: \(value)\n"
        }

        private func piped(_ agent: AgentFixture, _ text: String, _ arguments: String...) async throws -> Command.Outcome {
            var command = Command([TestBinaries.swiftlet] + arguments, input: Array(text.utf8))
            command.environment["SWIFTLET_HOST"] = "unix://\(agent.socket)"
            return try await agent.host.run(command)
        }

        @Test func aPodFromApplyToDelete() async throws {
            let agent = try await Stage.shared().agent
            let text = "# mine\n" + Manifest.pod("applied")
            let created = try await piped(agent, text, "apply", "-f", "-")
            #expect(created.text == "pod/applied created\n" && created.succeeded, "\(created)")
            let file = "\(agent.manifests)/default_applied.pod.yaml"
            #expect(try FileSystem.read(file) == Array(text.utf8))
            // The answer comes when the agent knows the pod: nothing has to be tried again.
            let ready = try await agent.cli("wait", "--for=condition=Ready", "pod/applied", "--timeout", "60s")
            #expect(ready.text == "pod/applied condition met\n" && ready.succeeded, "\(ready)")
            let again = try await piped(agent, text, "apply", "-f", "-")
            #expect(again.text == "pod/applied unchanged\n", "\(again)")
            let changed = text.replacing("metadata:\n", with: "metadata:\n  labels: {tier: front}\n")
            let diff = try await piped(agent, changed, "diff", "-")
            #expect(diff.status == ExitStatus.exited(1) && diff.text.contains("applied"), "\(diff)")
            let dry = try await piped(agent, changed, "apply", "-f", "-", "--dry-run=server")
            #expect(dry.text == "pod/applied configured (server dry run)\n", "\(dry)")
            #expect(try FileSystem.read(file) == Array(text.utf8))
            let configured = try await piped(agent, changed, "apply", "-f", "-")
            #expect(configured.text == "pod/applied configured\n", "\(configured)")
            let labelled = try await agent.cli("get", "pods", "-l", "tier in (front)", "-o", "name")
            #expect(labelled.text == "pod/applied\n", "\(labelled)")

            let gone = try await agent.cli("delete", "pod/applied", "--timeout", "60s")
            #expect(gone.text == "pod/applied deleted\n" && gone.succeeded, "\(gone)")
            // It waited: nothing is left, nothing has to be waited for.
            #expect(try await agent.pods().isEmpty)
            #expect(!FileSystem.exists(file))
            let twice = try await agent.cli("delete", "pod", "applied")
            #expect(twice.status == ExitStatus.exited(3) && twice.errorText.contains("(PodNotFound)"), "\(twice)")
            let idempotent = try await agent.cli("delete", "pod", "applied", "--ignore-not-found")
            #expect(idempotent.succeeded && idempotent.text.isEmpty, "\(idempotent)")
        }

        @Test func allOrNothingWithEveryError() async throws {
            let agent = try await Stage.shared().agent
            let text = map("fine", "x") + "---\n" + Manifest.pod("wrong").replacing("image:", with: "imge:")
            let refused = try await piped(agent, text, "apply", "-f", "-")
            #expect(refused.status == ExitStatus.exited(2), "\(refused)")
            #expect(refused.errorText.contains("-:17:") && refused.errorText.contains("did you mean \"image\"?"), "\(refused)")
            #expect(refused.errorText.contains("(ManifestInvalid)"), "\(refused)")
            #expect(try FileSystem.list(agent.manifests).isEmpty)
        }

        @Test func aFolderThatCannotBeWrittenSaysSo() async throws {
            let agent = try await Stage.shared().agent
            let folder = agent.manifests
            try await agent.host.run("mount", "--bind", folder, folder).checked()
            try await agent.host.run("mount", "-o", "remount,bind,ro", folder).checked()
            let refused = try await piped(agent, map("late", "x"), "apply", "-f", "-")
            try await agent.host.run("umount", folder).checked()
            #expect(refused.status == ExitStatus.exited(1), "\(refused)")
            #expect(refused.errorText.contains("(ManifestFolderReadOnly)") && refused.errorText.contains("Hint: "), "\(refused)")
            #expect(try FileSystem.list(folder).isEmpty)
        }

        /// Several people at once: each gets what he asked for, in one file.
        @Test func applyingAtTheSameTime() async throws {
            let agent = try await Stage.shared().agent
            let names = (0..<8).map { "map\($0)" }
            try agent.put("all.yaml", names.map { map($0, "old") }.joined(separator: "---\n"))
            try await agent.settle()
            let results = try await withThrowingTaskGroup(of: Command.Outcome.self) { group in
                for name in names { group.addTask { try await self.piped(agent, self.map(name, "new"), "apply", "-f", "-") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.filter { !$0.succeeded }.isEmpty, "\(results)")
            let text = String(decoding: try FileSystem.read("\(agent.manifests)/all.yaml"), as: UTF8.self)
            let wanted = names.map { map($0, "new") }.joined(separator: "---\n")
            #expect(text == wanted)
            let gone = try await agent.cli("delete", "cm", "--all", "--timeout", "60s")
            #expect(gone.text.split(separator: "\n").count == 8 && gone.succeeded, "\(gone)")
            #expect(try FileSystem.list(agent.manifests).isEmpty)
        }

        @Test func documentsOfAFileAndWhatCannotBeEdited() async throws {
            let agent = try await Stage.shared().agent
            let others = "# first\n" + map("one", "v1") + "---\n# second\n" + map("two", "v2") + "---\n" + map("three", "v3")
            try agent.put("many.yaml", others)
            try agent.put("list.yaml", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: listed}}\n")
            try await agent.settle()
            let changed = try await piped(agent, map("two", "v22"), "apply", "-f", "-", "-o", "wide")
            #expect(changed.text == "configmap/two configured in many.yaml\n", "\(changed)")
            let now = String(decoding: try FileSystem.read("\(agent.manifests)/many.yaml"), as: UTF8.self)
            #expect(now == others.replacing("key: v2\n", with: "key: v22\n"), "\(now)")
            let diff = try await piped(agent, map("two", "v333"), "diff", "-")
            #expect(diff.text.contains("configmap default/two: changed\n  data[key]: 3 bytes → 4 bytes\n"), "\(diff)")
            #expect(!diff.text.contains("v333"))

            let listed = try await piped(agent, map("listed", "x"), "apply", "-f", "-")
            #expect(listed.status == ExitStatus.exited(4) && listed.errorText.contains("list.yaml"), "\(listed)")
            let deleted = try await agent.cli("delete", "cm", "one", "two", "three", "--timeout", "60s")
            #expect(deleted.text == "configmap/one deleted\nconfigmap/two deleted\nconfigmap/three deleted\n", "\(deleted)")
            #expect(try FileSystem.list(agent.manifests) == ["list.yaml"])
            try await agent.removeAll()
        }

        @Test func aWorkloadGoesWithItsPods() async throws {
            let agent = try await Stage.shared().agent
            let text = """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: shop}
                spec:
                  replicas: 2
                  selector: {matchLabels: {app: shop}}
                  template:
                    metadata: {labels: {app: shop}}
                    spec:
                      terminationGracePeriodSeconds: 600
                      containers:
                      - name: main
                        image: \(Stage.image)
                        command: ["sleep", "100000"]

                """
            let created = try await piped(agent, text, "apply", "-f", "-")
            #expect(created.text == "deployment/shop created\n", "\(created)")
            let ready = try await agent.cli("wait", "--for=condition=Ready", "pods", "-l", "app=shop", "--timeout", "60s")
            #expect(ready.text.split(separator: "\n").count == 2, "\(ready)")
            let pod = try #require(try await agent.pods().first).name
            let owned = try await agent.cli("delete", "pod", pod)
            #expect(owned.status == ExitStatus.exited(4) && owned.errorText.contains("Deployment \"shop\""), "\(owned)")
            let diff = try await piped(agent, text.replacing("replicas: 2", with: "replicas: 3"), "diff", "-")
            #expect(diff.text.contains("spec.replicas: 2 → 3") && diff.text.contains("its pods stay"), "\(diff)")
            let other = try await piped(agent, text.replacing("\"100000\"", with: "\"99999\""), "diff", "-")
            #expect(other.text.contains("its pods are replaced"), "\(other)")
            // `sleep` as pid 1 ignores SIGTERM: ten minutes, unless the deletion says otherwise.
            let gone = try await agent.cli("delete", "deploy/shop", "--now", "--timeout", "60s")
            #expect(gone.text == "deployment/shop deleted\n" && gone.succeeded, "\(gone)")
            #expect(try await agent.pods().isEmpty)
        }

        @Test func secretsAreWrittenForTheirOwnerAndNeverShown() async throws {
            let agent = try await Stage.shared().agent
            let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {password: hunter2}\n"
            let created = try await piped(agent, text, "apply", "-f", "-", "-o", "json")
            #expect(created.succeeded && !created.text.contains("hunter2"), "\(created)")
            #expect(try FileSystem.status("\(agent.manifests)/default_key.secret.yaml").permissions == 0o600)
            let diff = try await piped(agent, text.replacing("hunter2", with: "correct-horse"), "diff", "-")
            #expect(diff.text.contains("data[password]: 7 bytes → 13 bytes"), "\(diff)")
            #expect(!diff.description.contains("hunter2") && !diff.description.contains("correct-horse"))
            #expect(!agent.log.contains("hunter2"))
            let gone = try await piped(agent, text, "delete", "-f", "-", "--timeout", "60s")
            #expect(gone.text == "secret/key deleted\n", "\(gone)")
        }

        @Test func waitingHasItsEnds() async throws {
            let agent = try await Stage.shared().agent
            let none = try await agent.cli("wait", "--for=condition=Ready", "pod/nobody")
            #expect(none.status == ExitStatus.exited(3), "\(none)")
            let gone = try await agent.cli("wait", "--for=delete", "pod/nobody")
            #expect(gone.succeeded, "\(gone)")
            let late = try await agent.cli("wait", "--for=create", "pod/nobody", "--timeout", "100ms")
            #expect(late.status == ExitStatus.exited(7), "\(late)")
            let once = try await agent.cli("wait", "--for=create", "pod/nobody", "--timeout", "0s")
            #expect(once.status == ExitStatus.exited(7), "\(once)")
            let wrong = try await agent.cli("wait", "--for=ready", "pod/nobody")
            #expect(wrong.status == ExitStatus.exited(2), "\(wrong)")
            try agent.put("short.yaml", Manifest.pod("short", "exit 0", restart: "Never"))
            let ended = try await agent.cli("wait", "--for=create", "pod/short", "--timeout", "60s")
            #expect(ended.succeeded, "\(ended)")
            let phase = try await agent.cli("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/short", "--timeout", "60s")
            #expect(phase.succeeded, "\(phase)")
            try await agent.removeAll()
        }
    }
}
