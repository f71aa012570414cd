import JSONCoding
import PodSpec
import Testing

struct PodUpdatePlanTests {
    private static let base = """
        {"apiVersion": "v1", "kind": "Pod",
         "metadata": {"name": "a", "labels": {"x": "1"}, "annotations": {"note": "n"}},
         "spec": {
           "initContainers": [
             {"name": "setup", "image": "setup:1"},
             {"name": "side", "image": "side:1"}],
           "volumes": [{"name": "data", "emptyDir": {}}],
           "containers": [
             {"name": "web", "image": "web:1", "command": ["run"], "env": [{"name": "KEY", "value": "hidden"}],
              "ports": [{"containerPort": 80, "hostPort": 8080}],
              "resources": {"requests": {"cpu": "500m", "memory": "64Mi"}, "limits": {"cpu": "1", "memory": "128Mi"}}},
             {"name": "log", "image": "log:1"}]}}
        """

    private func pod(_ replacements: [(String, String)] = []) throws -> Pod {
        var text = Self.base
        for (old, new) in replacements {
            try #require(text.contains(old))
            text = text.replacing(old, with: new)
        }
        let result = ManifestDecoder.decode([try JSON.parse(Array(text.utf8))], file: "a.json")
        try #require(result.problems.isEmpty, "\(result.problems)")
        return try #require(result.pods.first?.pod)
    }

    private func plan(_ replacements: (String, String)...) throws -> PodUpdatePlan {
        PodUpdatePlan(from: try pod(), to: try pod(replacements))
    }

    @Test func `the same is nothing, written in another order too`() throws {
        #expect(try plan().isEmpty)
        let other = ("\"image\": \"web:1\", \"command\": [\"run\"]", "\"command\": [\"run\"], \"image\": \"web:1\"")
        #expect(try plan(other).isEmpty)
        // A default that is written out, and a quantity that is written otherwise.
        #expect(try plan(("\"log:1\"", "\"log:1\", \"imagePullPolicy\": \"IfNotPresent\"")).isEmpty)
        #expect(try plan(("\"500m\"", "0.5")).isEmpty)
    }

    @Test func `labels and annotations change nothing that runs`() throws {
        let plan = try plan(("\"x\": \"1\"", "\"x\": \"2\""), ("\"note\": \"n\"", "\"note\": \"m\""))
        #expect(plan.described.map(\.path) == ["metadata.labels", "metadata.annotations"])
        #expect(plan.resizes.isEmpty && plan.restarts.isEmpty && plan.keepsPod)
    }

    @Test func `another image restarts that container`() throws {
        let plan = try plan(("\"web:1\"", "\"web:2\""))
        #expect(plan.keepsPod && plan.described.isEmpty && plan.resizes.isEmpty)
        #expect(plan.restarts == ["web": [FieldChange("spec.containers[web].image", from: "web:1", to: "web:2")]])
    }

    @Test(
        arguments: [
            ("\"command\": [\"run\"]", "\"command\": [\"run\", \"fast\"]", "command"),
            ("\"command\": [\"run\"]", "\"command\": [\"run\"], \"workingDir\": \"/srv\"", "workingDir"),
            ("\"hidden\"", "\"other\"", "env"),
            (
                "\"command\": [\"run\"]",
                "\"command\": [\"run\"], \"volumeMounts\": [{\"name\": \"data\", \"mountPath\": \"/d\"}]",
                "volumeMounts"
            ),
            (
                "\"command\": [\"run\"]",
                "\"command\": [\"run\"], \"securityContext\": {\"runAsUser\": 7}",
                "securityContext"
            ),
        ]
    )
    func `what a container is made of restarts it, and no value of a variable is told`(
        _ old: String,
        _ new: String,
        _ field: String
    ) throws {
        let plan = try plan((old, new))
        #expect(plan.keepsPod)
        #expect(plan.restarts.keys.sorted() == ["web"])
        #expect(plan.restarts["web"]?.map(\.path) == ["spec.containers[web].\(field)"])
        #expect(!"\(plan.restarts["web"] ?? [])".contains("hidden"))
    }

    @Test func `cpu and memory change in place`() throws {
        let plan = try plan(("\"cpu\": \"500m\"", "\"cpu\": \"750m\""), ("\"128Mi\"", "\"256Mi\""))
        #expect(plan.keepsPod && plan.restarts.isEmpty && plan.described.isEmpty)
        let changes = [
            FieldChange("spec.containers[web].resources.limits.memory", from: "128Mi", to: "256Mi"),
            FieldChange("spec.containers[web].resources.requests.cpu", from: "500m", to: "750m"),
        ]
        #expect(plan.resizes.sorted { $0.path < $1.path } == changes)
    }

    @Test func `figures that make another class of the pod make another pod`() throws {
        let burstable = "{\"requests\": {\"cpu\": \"500m\", \"memory\": \"64Mi\"}, \"limits\": {\"cpu\": \"1\", \"memory\": \"128Mi\"}}"
        let plan = try plan((burstable, "{}"))
        #expect(plan.recreations == [FieldChange("status.qosClass", from: "Burstable", to: "BestEffort")])
    }

    @Test(
        arguments: [
            ("\"emptyDir\": {}", "\"emptyDir\": {\"medium\": \"Memory\"}", "spec.volumes"),
            ("\"hostPort\": 8080", "\"hostPort\": 8081", "spec.containers[web].ports"),
            ("\"volumes\":", "\"restartPolicy\": \"Never\", \"volumes\":", "spec.restartPolicy"),
            ("\"volumes\":", "\"hostIPC\": true, \"volumes\":", "spec.hostIPC"),
            ("\"volumes\":", "\"hostname\": \"h\", \"volumes\":", "spec.hostname"),
            ("\"volumes\":", "\"securityContext\": {\"runAsUser\": 7}, \"volumes\":", "spec.securityContext"),
            ("\"name\": \"log\"", "\"name\": \"logs\"", "spec.containers[log]"),
            ("\"setup:1\"", "\"setup:2\"", "spec.initContainers[setup].image"),
            ("\"note\": \"n\"", "\"swiftlet/network\": \"n\"", "metadata.annotations[swiftlet/network]"),
            (
                "\"note\": \"n\"", "\"swiftlet/sends-for-others\": \"true\"",
                "metadata.annotations[swiftlet/sends-for-others]"
            ),
        ]
    )
    func `what the pod is made of makes another pod`(_ old: String, _ new: String, _ path: String) throws {
        let plan = try plan((old, new))
        #expect(!plan.keepsPod)
        #expect(plan.recreations.map(\.path).contains(path), "\(plan.recreations)")
    }

    @Test func `init containers in another order make another pod`() throws {
        let plan = try plan(
            ("{\"name\": \"setup\", \"image\": \"setup:1\"}", "{\"name\": \"x\"}"),
            ("{\"name\": \"side\", \"image\": \"side:1\"}", "{\"name\": \"setup\", \"image\": \"setup:1\"}"),
            ("{\"name\": \"x\"}", "{\"name\": \"side\", \"image\": \"side:1\"}")
        )
        #expect(plan.recreations.map(\.path) == ["spec.initContainers"])
    }

    @Test func `a field that counts later changes nothing that runs`() throws {
        let plan = try plan(("\"volumes\":", "\"terminationGracePeriodSeconds\": 5, \"volumes\":"))
        #expect(plan.keepsPod && plan.restarts.isEmpty)
        #expect(plan.described == [FieldChange("spec.terminationGracePeriodSeconds", from: "30", to: "5")])
    }

    @Test func `derived UIDs are told from others`() {
        let spec = try? JSON.parse(Array("{}".utf8))
        #expect(PodIdentity.isDerived(PodIdentity.uid(namespace: "default", name: "a", spec: spec ?? .null)))
        #expect(!PodIdentity.isDerived("0f5c8cb0-6e4e-4a3a-9a4c-1c2d3e4f5a6b"))
        #expect(!PodIdentity.isDerived("given"))
    }
}
