import PodEngine
import PodSpec
import Testing

/// Secrets that pods bring along for their pulls.
@Suite(.timeLimit(.minutes(1)))
struct PullSecretTests {
    private let pod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: a}
        spec:
          imagePullSecrets: [{name: first}, {name: second}]
          containers: [{name: web, image: "web:1"}]
        """

    private func secret(_ name: String, _ type: String, _ key: String) -> String {
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: \(name)}
        type: \(type)
        stringData: {\(key): '{"auths":{"r.lan":{"auth":"bWU6c2VjcmV0"}}}'}
        """
    }

    @Test func `those that are there go with the pull, in their order`() async throws {
        let fixture = try PodFixture()
        fixture.machine.addImage("web:1", isLocal: false)
        try fixture.put("s1.yaml", secret("second", "kubernetes.io/dockerconfigjson", ".dockerconfigjson"))
        try fixture.put("s2.yaml", secret("first", "kubernetes.io/dockercfg", ".dockercfg").replacing("\"auths\":{", with: "").replacing("}}}", with: "}}"))
        try fixture.put("a.yaml", pod)
        try await fixture.withEngine { engine in
            let running = try await engine.store.waitForPhase(.running)
            #expect(fixture.machine.journal.contains("pull web:1 with first with second"))
            #expect(!running.events.contains { $0.reason == .failedToRetrieveImagePullSecret })
        }
    }

    @Test func `the pull is tried without one that is missing or of another type, and again when it is there`() async throws {
        let fixture = try PodFixture()
        fixture.machine.state.withLock { $0.imageFailures["web:1"] = ImageFailure(.unauthorized, "not you") }
        try fixture.put("s1.yaml", secret("first", "Opaque", ".dockerconfigjson"))
        try fixture.put("a.yaml", pod)
        try await fixture.withEngine { engine in
            let waiting = try await engine.store.waitForReason("ImagePullBackOff")
            #expect(fixture.machine.journal.contains("pull web:1"))
            let told = waiting.events.first { $0.reason == .failedToRetrieveImagePullSecret }
            #expect(told?.message.hasPrefix("Unable to retrieve some image pull secrets (first, second); ") == true)
            fixture.machine.state.withLock { $0.imageFailures = [:] }
            fixture.machine.addImage("web:1", isLocal: false)
            // By the Secret, not by the clock, which stands still.
            try fixture.put("s2.yaml", secret("second", "kubernetes.io/dockerconfigjson", ".dockerconfigjson"))
            _ = try await engine.store.waitForPhase(.running)
            #expect(fixture.machine.journal.contains("pull web:1 with second"))
        }
    }

    @Test func `a secret shows its name only`() {
        let secret = PullSecret(name: "first", form: .legacy, bytes: Array("word".utf8))
        #expect("\(secret) \(String(reflecting: secret))" == "pull secret first pull secret first")
        #expect(Mirror(reflecting: secret).children.map { "\($0.value)" } == ["first"])
    }
}
