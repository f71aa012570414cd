import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// A machine whose policy.json wants signatures: what a pod and what CRI's PullImage say of an image that has none.
    @Suite struct SignaturePolicyTests {
        @Test func anUnsignedImage() async throws {
            let host = try await TestHost("signature-policy")
            let registry = try await RegistryFixture(in: host, folder: host.folder, port: 5004)
            let layout = try Stage.layouts.get()("busybox")
            for name in ["team/app:1", "free/app:1"] { try await registry.push(layout: layout, as: name) }
            let policy = "\(host.folder)/policy.json"
            let text = """
                {
                  "default": [{"type": "insecureAcceptAnything"}],
                  "transports": {"docker": {"127.0.0.1:5004/team": [{"type": "reject"}]}}
                }
                """
            try FileSystem.write(policy, Array(text.utf8))
            let configuration = "\(host.folder)/config.yaml"
            try FileSystem.write(configuration, Array("signaturePolicy: \(policy)\n".utf8))
            let agent = try AgentFixture(
                host: host,
                folder: host.folder,
                options: AgentFixture.quickBackoff + ["--config", configuration]
            )
            try await agent.start()
            try agent.put("team.yaml", Manifest.pod("team", image: "127.0.0.1:5004/team/app:1"))
            try agent.put("free.yaml", Manifest.pod("free", image: "127.0.0.1:5004/free/app:1"))
            try await agent.waitRunning("free")
            // The reason stands for as long as the first back-off is not reached.
            let refused = try await agent.wait(for: "team", until: "SignatureValidationFailed") {
                $0.complaints.contains("SignatureValidationFailed")
            }
            #expect(refused.complaints.contains("127.0.0.1:5004/team") && refused.complaints.contains(policy), "\(refused)")
            let waiting = try await agent.wait(for: "team", until: "ImagePullBackOff") {
                $0.container("main")?.waitingReason == "ImagePullBackOff"
            }
            #expect(waiting.complaints.contains("SignatureValidationFailed"), "\(waiting)")
            let cri = CRIClient(agent: agent)
            let refusal = await #expect(throws: CRIClient.Refusal.self) {
                try await cri.images("PullImage", ["image": ["image": "127.0.0.1:5004/team/app:1"]])
            }
            #expect(refusal?.message.hasPrefix("SignatureValidationFailed: ") == true, "\(String(describing: refusal))")
            // A policy that cannot be understood lets nothing in.
            try FileSystem.write(policy, Array(text.replacing("reject", with: "accept").utf8))
            try agent.put("late.yaml", Manifest.pod("late", image: "127.0.0.1:5004/free/app:1", policy: "Always"))
            let late = try await agent.wait(for: "late", until: "no pull") {
                ["SignatureValidationFailed", "ImagePullBackOff"].contains($0.container("main")?.waitingReason)
                    && $0.container("main")?.waitingMessage.isEmpty == false
            }
            #expect(late.complaints.contains(policy) && late.complaints.contains("accept"), "\(late)")
            try await agent.removeAll()
            host.close()
        }
    }
}
