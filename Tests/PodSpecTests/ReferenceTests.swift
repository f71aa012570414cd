import JSONCoding
import PodSpec
import Testing

/// Variables that come from ConfigMaps, Secrets and resources.
struct ReferenceTests {
    private func environment(_ container: String, _ objects: PodObjects) throws -> ContainerEnvironment {
        let result = decode(podText(container: container))
        #expect(result.problems.map(\.description) == [])
        let pod = try #require(result.pods.first).pod
        var sources = FieldSources(nodeName: "node", hostIPs: [], podIPs: [])
        sources.allocatable = ["cpu": try #require(Quantity("4")), "memory": try #require(Quantity("8Gi"))]
        sources.objects = objects
        return ContainerEnvironment(pod.spec.containers[0], of: pod, sources)
    }

    private var objects: PodObjects {
        var objects = PodObjects()
        objects.insert(.configMap(ConfigMap(metadata: ObjectMeta(name: "app"), data: ["b": "2", "a": "1", "x.y": "3"])))
        let data = ["user": Array("joe".utf8), "raw": [0xFF], "zero": [0x61, 0]]
        objects.insert(.secret(Secret(metadata: ObjectMeta(name: "key"), data: data)))
        return objects
    }

    private func pairs(_ environment: ContainerEnvironment) -> [String] {
        environment.variables.map { "\($0.name)=\($0.value)" }
    }

    @Test func `envFrom comes first, in the keys' order, and env overrides it`() throws {
        let environment = try environment(
            """
            envFrom:
            - {configMapRef: {name: app}, prefix: P_}
            - {secretRef: {name: none, optional: true}}
            env:
            - {name: P_b, value: "own"}
            - {name: SEES, value: "$(P_b) $(P_a)"}
            """,
            objects
        )
        #expect(environment.failure == nil)
        // As in the kubelet: a value sees `env` only; the command sees all.
        #expect(pairs(environment) == ["P_a=1", "P_b=own", "P_x.y=3", "SEES=own $(P_a)"])
        #expect(environment.expand("$(P_a) $(P_b)") == "1 own")
    }

    @Test func `keys of both kinds, and what is optional is left out`() throws {
        let environment = try environment(
            """
            env:
            - {name: A, valueFrom: {configMapKeyRef: {name: app, key: a}}}
            - {name: USER, valueFrom: {secretKeyRef: {name: key, key: user}}}
            - {name: NOT, valueFrom: {secretKeyRef: {name: key, key: none, optional: true}}}
            - {name: NOR, valueFrom: {configMapKeyRef: {name: none, key: a, optional: true}}}
            - {name: BOTH, value: "$(A)$(USER)$(NOT)"}
            """,
            objects
        )
        #expect(pairs(environment) == ["A=1", "USER=joe", "BOTH=1joe$(NOT)"])
        #expect(environment.failure == nil)
    }

    @Test(
        arguments: [
            ("configMapKeyRef: {name: none, key: a}", "configmap \"none\" not found"),
            ("configMapKeyRef: {name: app, key: none}", "couldn't find key none in ConfigMap default/app"),
            ("secretKeyRef: {name: none, key: a}", "secret \"none\" not found"),
            ("secretKeyRef: {name: key, key: none}", "couldn't find key none in Secret default/key"),
            ("secretKeyRef: {name: key, key: raw}", "key raw of Secret default/key is no text, which a variable must be"),
            ("secretKeyRef: {name: key, key: zero}", "key zero of Secret default/key is no text, which a variable must be"),
        ]
    )
    func `what is missing is named`(reference: String, message: String) throws {
        let environment = try environment("env: [{name: A, valueFrom: {\(reference)}}]", objects)
        #expect(environment.failure?.description == message)
    }

    @Test(arguments: [("configMapRef", "configmap"), ("secretRef", "secret")])
    func `so is what envFrom misses`(field: String, kind: String) throws {
        let environment = try environment("envFrom: [{\(field): {name: none}}]", objects)
        #expect(environment.failure?.description == "\(kind) \"none\" not found")
    }

    @Test(
        arguments: [
            ("limits.cpu", "", "1"), ("limits.cpu", ", divisor: 1m", "250"), ("requests.cpu", ", divisor: 1m", "100"),
            ("limits.memory", "", "8589934592"), ("limits.memory", ", divisor: 1Gi", "8"),
            ("requests.memory", ", divisor: 1Mi", "64"), ("requests.memory", ", divisor: 1M", "68"),
            ("requests.ephemeral-storage", "", "0"), ("limits.memory", ", divisor: '0'", "8589934592"),
        ]
    )
    func `amounts are in units of the divisor, rounded up`(field: String, divisor: String, value: String) throws {
        let environment = try environment(
            """
            resources: {limits: {cpu: 250m}, requests: {cpu: 100m, memory: 64Mi}}
            env: [{name: A, valueFrom: {resourceFieldRef: {resource: \(field)\(divisor)}}}]
            """,
            PodObjects()
        )
        #expect(environment["A"] == value)
    }

    @Test func `fields that only files can have`() throws {
        var pod = Pod(metadata: ObjectMeta(name: "web"), spec: Pod.Spec(containers: []))
        pod.metadata.labels = ["b": "2", "a": "1"]
        pod.metadata.annotations = ["note": "a \"b\"\n\\\u{1}ä"]
        let sources = FieldSources(nodeName: "", hostIPs: [], podIPs: [])
        #expect(FieldPath(file: "metadata.labels")?.value(in: pod, sources) == "a=\"1\"\nb=\"2\"")
        #expect(FieldPath(file: "metadata.annotations")?.value(in: pod, sources) == #"note="a \"b\"\n\\\x01ä""#)
        #expect(FieldPath(file: "metadata.labels['b']")?.value(in: pod, sources) == "2")
        for path in ["status.podIP", "spec.nodeName", "metadata", "metadata.generation"] {
            #expect(FieldPath(file: path) == nil)
        }
    }
}
