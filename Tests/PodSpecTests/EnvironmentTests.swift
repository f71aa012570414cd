import PodSpec
import Testing

@Suite struct EnvironmentTests {
    @Test(
        arguments: [
            ("plain", "plain"), ("$(A)", "1"), ("x$(A)y$(B)z", "x1y2z"), ("$$(A)", "$(A)"), ("$$$(A)", "$1"),
            ("$$$$(A)", "$$(A)"), ("$(C)", "$(C)"), ("$A", "$A"), ("$", "$"), ("$$", "$"), ("a$", "a$"), ("$(A", "$(A"),
            ("$()", "$()"), ("$($(A))", "$($(A))"), ("$(A)$(A)", "11"), ("", ""), ("ä$(B)ö", "ä2ö"), ("$ (A)", "$ (A)"),
            ("$(D)", "$(A)"),
        ]
    )
    func expansion(text: String, expected: String) {
        let values = ["A": "1", "B": "2", "D": "$(A)"]
        #expect(VariableExpansion.expand(text) { values[$0] } == expected)
    }

    @Test func variablesSeeThoseBeforeThem() {
        var pod = Pod(
            metadata: ObjectMeta(name: "web", namespace: "shop", uid: "u-1"),
            spec: Pod.Spec(containers: [Container(name: "main", image: "x")])
        )
        pod.metadata.labels = ["app": "front", "example.com/tier": "t"]
        pod.metadata.annotations = ["Note": "n"]
        func field(_ name: String, _ path: String) -> EnvVar {
            EnvVar(name: name, from: .init(fieldRef: .init(fieldPath: path)))
        }
        pod.spec.containers[0].env = [
            EnvVar(name: "LATE", value: "$(NAME)"),
            field("NAME", "metadata.name"), field("NS", "metadata.namespace"), field("UID", "metadata.uid"),
            field("APP", "metadata.labels['app']"), field("TIER", "metadata.labels[\"example.com/tier\"]"),
            field("NOTE", "metadata.annotations['Note']"), field("NONE", "metadata.labels['none']"),
            field("NODE", "spec.nodeName"), field("ACCOUNT", "spec.serviceAccountName"),
            field("IP", "status.podIP"), field("IPS", "status.podIPs"), field("HOST", "status.hostIP"),
            field("HOSTS", "status.hostIPs"),
            EnvVar(name: "URL", value: "http://$(IP)/$(NS)/$(NAME)?$$(IP)"),
            EnvVar(name: "NS", value: "again"),
        ]
        let sources = FieldSources(nodeName: "node", hostIPs: ["192.0.2.1"], podIPs: ["10.0.0.2", "fd00::2"])
        let environment = ContainerEnvironment(pod.spec.containers[0], of: pod, sources)
        #expect(
            environment.variables.map { "\($0.name)=\($0.value)" } == [
                "LATE=$(NAME)", "NAME=web", "NS=again", "UID=u-1", "APP=front", "TIER=t", "NOTE=n", "NONE=",
                "NODE=node",
                "ACCOUNT=default", "IP=10.0.0.2", "IPS=10.0.0.2,fd00::2", "HOST=192.0.2.1", "HOSTS=192.0.2.1",
                "URL=http://10.0.0.2/shop/web?$(IP)",
            ]
        )
        #expect(environment.expand("$(NS) $(NOPE)") == "again $(NOPE)")
    }

    @Test(
        arguments: [
            "", "metadata", "metadata.labels", "metadata.labels[]", "metadata.labels['']", "metadata.labels[']",
            "metadata.labels['a b']", "metadata.labels['a'", "spec.containers", "status.phase", "Metadata.name",
            "metadata.labels['a\"]",
        ]
    )
    func pathsThatAreNone(path: String) {
        #expect(FieldPath(path) == nil)
    }

    @Test func pathsThatNeedTheNetwork() {
        #expect(FieldPath("status.podIPs")?.needsNetwork == true)
        #expect(FieldPath("status.hostIP")?.needsNetwork == false)
    }
}
