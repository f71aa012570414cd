import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Secrets in the folder reach containers, and nobody else.
    @Suite struct SecretTests {
        @Test func theCommandLineTellsKeysAndSizesOnly() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "objects.yaml",
                """
                apiVersion: v1
                kind: Secret
                metadata:
                  name: obj-secret
                  annotations: {kubectl.kubernetes.io/last-applied-configuration: '{"stringData":{"word":"tell-nobody"}}'}
                stringData: {word: tell-nobody}
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: obj-map}
                data: {a: abc}
                ---
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: obj-claim}
                spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
                """
            )
            try agent.put(
                "obj-user.yaml",
                Manifest.pod(
                    "obj-user",
                    container: "envFrom: [{secretRef: {name: obj-secret}}]\nvolumeMounts: [{name: data, mountPath: /data}]",
                    spec: "volumes: [{name: data, persistentVolumeClaim: {claimName: obj-claim}}]"
                )
            )
            try await agent.waitRunning("obj-user")
            let secret = try await agent.cli("describe", "secret", "obj-secret").text
            #expect(secret.contains("word: 11 bytes") && secret.contains("Used By:         obj-user"), "\(secret)")
            for format in ["json", "yaml", "wide", "name"] {
                let text = try await agent.cli("get", "secrets", "-o", format).text
                #expect(text.contains("obj-secret") && !text.contains("tell-nobody"), "\(text)")
            }
            #expect(!secret.contains("tell-nobody"))
            #expect(try await agent.cli("get", "cm", "obj-map").text.contains("obj-map   1"))
            #expect(try await agent.cli("describe", "cm", "obj-map").text.contains("a: 3 bytes"))
            #expect(try await agent.cli("get", "pvc").text.contains("obj-claim   1Gi"))
            #expect(try await agent.cli("describe", "pvc", "obj-claim").text.contains("Used By:         obj-user"))
            try await agent.removeAll()
        }

        private static let word = "hunter2-of-the-test"

        @Test func aSecretIsOnMemoryOnlyAndShownNowhere() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "sec-key.yaml",
                "{apiVersion: v1, kind: Secret, metadata: {name: sec-key}, stringData: {password: \(Self.word)}}"
            )
            try agent.put(
                "sec-use.yaml",
                Manifest.pod(
                    "sec-use",
                    """
                    [ "$PASSWORD" = "$(cat /key/password)" ] && [ "$(cat /all/password)" = "$PASSWORD" ] && \
                    echo "$(stat -f -c %T /key) $(stat -f -c %T /all) $(stat -L -c '%a %g' /key/password)"
                    exec sleep 100000
                    """,
                    container: """
                        env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: sec-key, key: password}}}]
                        volumeMounts: [{name: key, mountPath: /key}, {name: all, mountPath: /all}]
                        """,
                    spec: """
                        securityContext: {fsGroup: 4321}
                        volumes:
                        - {name: key, secret: {secretName: sec-key, defaultMode: 0400}}
                        - {name: all, projected: {sources: [{secret: {name: sec-key}}]}}
                        """
                )
            )
            let pod = try await agent.waitRunning("sec-use")
            #expect(try await agent.firstLogLine("sec-use") == "tmpfs tmpfs 440 4321")
            for shown in [
                try await agent.cli("describe", "pod", "sec-use").text,
                try await agent.cli("get", "pods", "-o", "yaml").text,
                String(decoding: JSON.serialize(try await agent.call("pod.get", ["name": "sec-use"])), as: UTF8.self),
            ] { #expect(!shown.contains(Self.word)) }
            // Neither the state folder nor the agent's log has it.
            let found = try await agent.host.run("/bin/grep", "-r", "-l", Self.word, agent.root, "\(agent.folder)/agent.log")
            #expect(found.text == "", "\(found.text)")
            let folder = "\(agent.runRoot)/pods/\(pod.uid)/secrets"
            let mode = try await agent.host.run("/usr/bin/stat", "-c", "%a", folder)
            #expect(mode.text.hasPrefix("700"))
            try await agent.removeAll()
            #expect(try await agent.host.run("/bin/grep", "-c", "/secrets/", "/proc/mounts").text.hasPrefix("0"))
        }

        @Test func aBrokenSecretSaysWhereAndNotWhat() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "sec-bad.yaml",
                "{apiVersion: v1, kind: Secret, metadata: {name: sec-bad}, data: {password: '\(Self.word)'}}"
            )
            let problems = try await agent.problems(about: "sec-bad.yaml")
            #expect(problems.count == 1)
            for word in ["\"data.password\"", "is no base64"] { #expect(problems.first?.contains(word) ?? false, "\(problems)") }
            #expect(!problems.contains { $0.contains(Self.word) })
            try await agent.removeAll()
        }
    }
}
