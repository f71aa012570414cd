import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// A registry that wants a password, and pods that bring one along.
    @Suite struct PullSecretTests {
        private static let password = "open-sesame"
        /// bcrypt of it, as htpasswd(1) writes it.
        private static let users = "me:$2y$05$abcdefghijklmnopqrstuutXu9KzOt.1yBoZUeFWoT/914/JfszCO\n"

        private func secret(_ name: String, password: String, type: String = "kubernetes.io/dockerconfigjson") -> String {
            """
            apiVersion: v1
            kind: Secret
            metadata: {name: \(name)}
            type: \(type)
            stringData: {.dockerconfigjson: '{"auths": {"127.0.0.1:5003": {"username": "me", "password": "\(password)"}}}'}
            """
        }

        @Test func aSecretOfThePodOpensTheRegistry() async throws {
            let host = try await TestHost("pull-secret")
            let registry = try await RegistryFixture(in: host, folder: host.folder, port: 5003, users: Self.users)
            let layout = try Stage.layouts.get()("busybox")
            for name in ["right", "wrong", "none"] {
                try await registry.push(layout: layout, as: "team/\(name):1", user: "me:\(Self.password)")
            }
            let agent = try AgentFixture(host: host, folder: host.folder)
            try await agent.start()
            func pod(_ name: String, _ secrets: String) -> String {
                Manifest.pod(name, image: "127.0.0.1:5003/team/\(name):1", spec: "imagePullSecrets: [\(secrets)]")
            }
            try agent.put("wrong-secret.yaml", secret("wrong", password: "open-barley"))
            try agent.put("none.yaml", pod("none", ""))
            try agent.put("wrong.yaml", pod("wrong", "{name: wrong}"))
            try agent.put("right.yaml", pod("right", "{name: wrong}, {name: right}"))
            for name in ["none", "wrong", "right"] {
                let waiting = try await agent.wait(for: name, until: "no pull") {
                    ["ErrImagePull", "ImagePullBackOff"].contains($0.container("main")?.waitingReason)
                        && $0.container("main")?.waitingMessage.isEmpty == false
                }
                #expect(waiting.complaints.contains("127.0.0.1:5003/team/\(name)"), "\(waiting)")
            }
            #expect(try await agent.cli("describe", "pod", "right").text.contains("FailedToRetrieveImagePullSecret"))
            try agent.put("right-secret.yaml", secret("right", password: Self.password))
            let running = try await agent.waitRunning("right")
            #expect(running.container("main")?.imageID.hasPrefix("sha256:") == true)
            #expect(try await agent.pod("wrong")?.isRunning == false)
            #expect(try await agent.pod("none")?.isRunning == false)
            for text in [agent.log, try await agent.cli("describe", "pod", "right").text] {
                #expect(!text.contains(Self.password) && !text.contains("open-barley"))
            }
            try await agent.removeAll()
            host.close()
        }
    }
}
