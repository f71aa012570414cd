import JSONCoding
import PodSpec
import Testing

@Suite struct PodCodingTests {
    @Test func aPodIsWrittenWithTheNamesOfTheAPI() throws {
        var pod = Pod(
            metadata: ObjectMeta(name: "web", uid: "u"),
            spec: Pod.Spec(containers: [Container(name: "main", image: "busybox:1")])
        )
        pod.spec.containers[0].ports = [ContainerPort(containerPort: 80, hostPort: 8080)]
        pod.spec.containers[0].resources.limits = ["memory": try #require(Quantity("1Gi"))]
        pod.spec.volumes = [Volume(name: "d", source: .hostPath(.init(path: "/d")))]
        var status = Pod.Status(phase: .running)
        status.podIP = "10.0.0.2"
        status.podIPs = [Pod.IP(ip: "10.0.0.2")]
        status.conditions = [Pod.Condition(type: "Ready", status: true)]
        var container = ContainerStatus(name: "main", image: "busybox:1", state: .running(startedAt: "t"))
        container.lastState = .terminated(.init(exitCode: 137, reason: "OOMKilled"))
        status.containerStatuses = [container]
        status.warnings = ["w"]
        pod.status = status
        let text = String(decoding: try JSON.encode(pod), as: UTF8.self)
        let expected =
            #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"default","uid":"u"},"#
            + #""spec":{"containers":[{"name":"main","image":"busybox:1","imagePullPolicy":"IfNotPresent","#
            + #""ports":[{"containerPort":80,"hostPort":8080,"protocol":"TCP"}],"resources":{"limits":{"memory":"1Gi"}},"#
            + #""terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}],"#
            + #""volumes":[{"name":"d","hostPath":{"path":"/d"}}],"restartPolicy":"Always","#
            + #""terminationGracePeriodSeconds":30},"status":{"phase":"Running","#
            + #""conditions":[{"type":"Ready","status":"True"}],"podIP":"10.0.0.2","podIPs":[{"ip":"10.0.0.2"}],"#
            + #""containerStatuses":[{"name":"main","state":{"running":{"startedAt":"t"}},"#
            + #""lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled"}},"ready":false,"restartCount":0,"#
            + #""image":"busybox:1","imageID":""}],"warnings":["w"]}}"#
        #expect(text == expected)
        #expect(try JSON.decode(Pod.self, from: text.utf8) == pod)
    }

    @Test func fieldsThatAreNotServedAreKept() throws {
        let spec = "affinity: {nodeAffinity: {}}\ntolerations: [{key: a}]\ndnsConfig: {options: [{name: x}]}"
        let container =
            "livenessProbe: {tcpSocket: {port: 80}, periodSeconds: 3}\nlifecycle: {preStop: {sleep: {seconds: 1}}}"
        let pod = try #require(decode(podText(spec: spec, container: container)).pods.first).pod
        let node = try JSON.node(from: pod)["spec"]
        #expect(node?["affinity"] == ["nodeAffinity": [:]])
        #expect(node?["tolerations"] == [["key": "a"]])
        #expect(node?["dnsConfig"] == ["options": [["name": "x"]]])
        #expect(
            node?["containers"]?[0]?["livenessProbe"]
                == [
                    "tcpSocket": ["port": 80], "periodSeconds": 3, "timeoutSeconds": 1, "successThreshold": 1,
                    "failureThreshold": 3,
                ]
        )
        #expect(node?["containers"]?[0]?["lifecycle"] == ["preStop": ["sleep": ["seconds": 1]]])
        #expect(try JSON.decode(Pod.self, from: JSON.node(from: pod)) == pod)
    }
}

@Suite struct PodIdentityTests {
    let spec: JSONNode = ["containers": [["name": "a", "image": "b"]], "restartPolicy": "Never"]

    @Test func isAUUIDThatStays() {
        let uid = PodIdentity.uid(namespace: "default", name: "web", spec: spec)
        // Golden: a change of it restarts the pods of every machine.
        #expect(uid == "097c09e6-e943-8de5-9168-c39ef92d58a5")
    }

    @Test func dependsOnNameAndSpecAlone() {
        let uid = PodIdentity.uid(namespace: "default", name: "web", spec: spec)
        let ordered: JSONNode = [
            "restartPolicy": "Never", "nodeName": .null, "containers": [["image": "b", "name": "a"]],
        ]
        #expect(PodIdentity.uid(namespace: "default", name: "web", spec: ordered) == uid)
        #expect(PodIdentity.uid(namespace: "defaul", name: "tweb", spec: spec) != uid)
        #expect(PodIdentity.uid(namespace: "other", name: "web", spec: spec) != uid)
        #expect(PodIdentity.uid(namespace: "default", name: "web", spec: ["containers": []]) != uid)
        #expect(PodIdentity.fingerprint(spec: ordered) == PodIdentity.fingerprint(spec: spec))
        #expect(PodIdentity.fingerprint(spec: ["containers": []]) != PodIdentity.fingerprint(spec: spec))
    }

    @Test func isOfWhatWasWritten() throws {
        let written = try #require(decode(podText()).pods.first)
        let defaulted = try #require(decode(podText(spec: "terminationGracePeriodSeconds: 30")).pods.first)
        #expect(written.pod.spec == defaulted.pod.spec)
        #expect(written.fingerprint?.hasPrefix("sha256:") == true)
        #expect(written.fingerprint != defaulted.fingerprint)
    }
}

@Suite struct PodDerivedTests {
    @Test func hostnameIsALabel() {
        var pod = Pod(metadata: ObjectMeta(name: "web"), spec: Pod.Spec(containers: []))
        #expect(pod.effectiveHostname == "web")
        pod.metadata.name = String(repeating: "a", count: 61) + "-.b"
        #expect(pod.effectiveHostname == String(repeating: "a", count: 61))
        pod.spec.hostname = "www"
        #expect(pod.effectiveHostname == "www")
    }

    @Test(
        arguments: [
            ("{}", .bestEffort), ("{limits: {cpu: 0}}", .bestEffort), ("{requests: {cpu: 1m}}", .burstable),
            ("{limits: {cpu: 1}}", .burstable), ("{limits: {cpu: 1, memory: 1Mi}}", .guaranteed),
            ("{limits: {cpu: 1, memory: 1Mi}, requests: {cpu: 1000m}}", .guaranteed),
            ("{limits: {cpu: 1, memory: 1Mi}, requests: {cpu: 999m}}", .burstable),
        ] as [(String, Pod.QualityOfService)]
    )
    func qualityOfService(resources: String, expected: Pod.QualityOfService) throws {
        let pod = try #require(decode(podText(container: "resources: \(resources)")).pods.first).pod
        #expect(pod.effectiveQualityOfService == expected)
    }
}
