import JSONCoding
import PodSpec
import Testing
import YAMLCoding

@Suite struct ManifestDecoderTests {
    @Test func aPodWithEverythingThatIsServed() throws {
        let result = decode(
            """
            apiVersion: v1
            kind: Pod
            metadata:
              name: web
              namespace: shop
              labels: {app: web, example.com/tier: front}
              annotations: {Example.com/Note: any text}
            spec:
              restartPolicy: OnFailure
              terminationGracePeriodSeconds: 5
              hostname: www
              securityContext:
                runAsUser: 1000
                runAsGroup: 1000
                runAsNonRoot: true
                fsGroup: 2000
                supplementalGroups: [3000, 4000]
                seccompProfile: {type: RuntimeDefault}
              initContainers:
              - name: init
                image: busybox
                command: [sh, -c, "echo $(WHO) > /data/x"]
                env:
                - {name: WHO, value: me}
                volumeMounts:
                - {name: data, mountPath: /data}
              containers:
              - name: main
                image: registry.example.com:5000/web:1.2
                imagePullPolicy: Never
                command: [/bin/web]
                args: ["-v"]
                workingDir: /srv
                env:
                - name: IP
                  valueFrom: {fieldRef: {fieldPath: status.podIP}}
                ports:
                - {name: http, containerPort: 80, hostPort: 8080, hostIP: 127.0.0.1}
                - {containerPort: 53, protocol: UDP}
                resources:
                  limits: {cpu: "1", memory: 64Mi}
                  requests: {cpu: 250m}
                volumeMounts:
                - {name: data, mountPath: /data, readOnly: true, subPath: a/b}
                - {name: host, mountPath: /host, mountPropagation: HostToContainer}
                securityContext:
                  readOnlyRootFilesystem: true
                  allowPrivilegeEscalation: false
                  capabilities: {drop: [ALL], add: [NET_BIND_SERVICE, CAP_CHOWN]}
                  seccompProfile: {type: Localhost, localhostProfile: profiles/web.json}
              volumes:
              - name: data
                emptyDir: {medium: Memory, sizeLimit: 16Mi}
              - name: host
                hostPath: {path: /srv/web, type: DirectoryOrCreate}
              - name: implicit
            """
        )
        #expect(result.problems == [])
        let decoded = try #require(result.pods.first)
        #expect(decoded.warnings == [])
        #expect(decoded.position == SourcePosition(line: 1, column: 1))
        let pod = decoded.pod
        #expect(decoded.name == PodName(namespace: "shop", name: "web"))
        #expect(pod.metadata.labels["example.com/tier"] == "front")
        #expect(pod.spec.restartPolicy == .onFailure)
        #expect(pod.spec.securityContext?.supplementalGroups == [3000, 4000])
        #expect(pod.spec.initContainers.map(\.imagePullPolicy) == [.always])
        let main = pod.spec.containers[0]
        #expect(
            main.ports[0]
                == {
                    var port = ContainerPort(containerPort: 80, hostPort: 8080)
                    port.name = "http"
                    port.hostIP = "127.0.0.1"
                    return port
                }()
        )
        #expect(main.ports[1].protocol == .udp)
        #expect(main.resources.limits["memory"]?.units == 64 << 20)
        #expect(main.resources.requests["cpu"]?.milli == 250)
        #expect(main.resources.requests["memory"]?.units == 64 << 20)
        #expect(main.securityContext?.seccompProfile?.localhostProfile == "profiles/web.json")
        #expect(pod.spec.volumes[0].source == .emptyDir(.init(medium: "Memory", sizeLimit: Quantity("16Mi"))))
        #expect(pod.spec.volumes[1].source == .hostPath(.init(path: "/srv/web", type: .directoryOrCreate)))
        #expect(pod.spec.volumes[2].source == .emptyDir(.init()))
    }

    @Test func defaults() throws {
        let pod = try #require(decode(podText(container: "ports: [{containerPort: 80, hostPort: 0}]")).pods.first).pod
        #expect(pod.metadata.namespace == "default")
        #expect(pod.metadata.uid.utf8.count == 36)
        #expect(pod.spec.restartPolicy == .always)
        #expect(pod.spec.terminationGracePeriodSeconds == 30)
        #expect(pod.spec.containers[0].ports == [ContainerPort(containerPort: 80)])
        #expect(pod.spec.containers[0].imagePullPolicy == .ifNotPresent)
        #expect(pod.status == nil)
        var made = Pod.Spec(containers: [Container(name: "main", image: "busybox:1.36")])
        made.containers[0].ports = [ContainerPort(containerPort: 80)]
        made.dnsPolicy = .clusterFirst
        #expect(pod.spec == made)
    }

    @Test func hostNetworkGivesThePortsToTheHost() throws {
        let text = podText(spec: "hostNetwork: true", container: "ports: [{containerPort: 80}]")
        #expect(decode(text).pods.first?.pod.spec.containers[0].ports[0].hostPort == 80)
        let wrong = podText(spec: "hostNetwork: true", container: "ports: [{containerPort: 80, hostPort: 81}]")
        #expect(problems(wrong).first?.contains("must be 80, the containerPort") == true)
    }

    @Test(
        arguments: [
            ("busybox", .always), ("busybox:latest", .always), ("busybox:1", .ifNotPresent),
            ("localhost:5000/busybox", .always), ("localhost:5000/a/b:x", .ifNotPresent),
            ("busybox@sha256:0000", .ifNotPresent),
        ] as [(String, ImagePullPolicy)]
    )
    func pullPolicyByTag(image: String, policy: ImagePullPolicy) {
        #expect(ImagePullPolicy.byDefault(image: image) == policy)
    }

    @Test func aCopyFromAClusterIsTaken() throws {
        let result = decode(
            """
            apiVersion: v1
            kind: Pod
            metadata:
              name: web
              uid: 3f0c8ba1-aaaa-bbbb-cccc-000000000001
              creationTimestamp: "2026-01-01T00:00:00Z"
              deletionTimestamp: 2026-01-01T00:00:00Z
              resourceVersion: "77"
              generation: 1
              managedFields: [{manager: kubectl, fieldsV1: {f:spec: {}}}]
            spec:
              dnsPolicy: ClusterFirst
              enableServiceLinks: true
              schedulerName: default-scheduler
              serviceAccountName: default
              preemptionPolicy: PreemptLowerPriority
              priority: 0
              securityContext: {}
              hostIPC: false
              nodeSelector: {}
              affinity: null
              containers:
              - name: main
                image: busybox
                resources: {}
                stdin: false
                terminationMessagePath: /dev/termination-log
                terminationMessagePolicy: File
            status: {phase: Running, whatever: [1]}
            """
        )
        #expect(result.problems == [])
        #expect(result.pods.first?.warnings == [])
        #expect(result.pods.first?.pod.metadata.uid == "3f0c8ba1-aaaa-bbbb-cccc-000000000001")
        #expect(result.pods.first?.pod.metadata.deletionTimestamp == nil)
        #expect(result.pods.first?.pod.status == nil)
    }

    @Test func whatIsNotServedIsAWarningWithItsPath() throws {
        let text = podText(
            spec: """
                affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}
                tolerations: [{operator: Exists}]
                nodeName: here
                securityContext: {seLinuxOptions: {level: s0}}
                """,
            container: """
                ports: [{name: http, containerPort: 80}]
                livenessProbe: {httpGet: {path: /, port: http}}
                lifecycle: {preStop: {exec: {command: [x]}}}
                tty: true
                env:
                - {name: A, valueFrom: {secretKeyRef: {name: s, key: k, optional: true}}}
                """
        )
        let decoded = try #require(decode(text).pods.first)
        #expect(
            Set(decoded.warnings) == [
                "spec.affinity: not served yet",
                "spec.nodeName: not served yet",
                "spec.securityContext.seLinuxOptions: counts only where the kernel has SELinux",
            ]
        )
        #expect(decoded.pod.spec.containers[0].livenessProbe?.httpGet?.port == .name("http"))
    }

    @Test func listsAndOtherKinds() {
        let result = decode(
            """
            apiVersion: v1
            kind: List
            items:
            - apiVersion: v1
              kind: Pod
              metadata: {name: one}
              spec: {containers: [{name: a, image: b}]}
            - apiVersion: v1
              kind: Service
              metadata: {name: two}
            - {apiVersion: v1, kind: Pod, metadata: {name: three}, spec: {containers: [{name: a, imagee: b}]}}
            ---
            apiVersion: v1
            kind: PodList
            metadata: {}
            items:
            - metadata: {name: four}
              spec: {containers: [{name: a, image: b}]}
            - {kind: List, apiVersion: v1, items: []}
            ---
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: five}
            ---
            kind: pod
            apiVersion: v1
            ---
            metadata: {name: six}
            ---
            [1]
            """
        )
        #expect(result.pods.map(\.pod.metadata.name) == ["one", "four"])
        #expect(
            result.problems.map { withoutKinds($0.description) } == [
                "test.yaml:9:9: items[1].kind: kind Service is not served",
                "test.yaml:11:76: items[2].spec.containers[0].image: missing",
                "test.yaml:11:86: items[2].spec.containers[0].imagee: unknown field of Container, did you mean \"image\"?",
                "test.yaml:19:10: items[1].kind: a list inside of a list",
                "test.yaml:22:7: kind: kind StatefulSet of apps/v1 is not served",
                "test.yaml:25:7: kind: kind pod is not served, did you mean \"Pod\"?",
                "test.yaml:28:1: apiVersion: missing",
                "test.yaml:28:1: kind: missing",
                "test.yaml:30:1: expected an object of Kubernetes, found an array",
            ]
        )
        #expect(result.problems.map(\.pod?.name) == ["two", "three", "three", nil, "five", nil, "six", "six", nil])
    }

    @Test func theSamePodTwiceInAFileStaysTheFirst() {
        let pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: b}]}}"
        let result = decode("\(pod)\n---\n\(pod)\n---\n" + pod.replacingName("a", "b"))
        #expect(result.pods.map(\.position?.line) == [1, 5])
        #expect(
            result.problems.map(\.description) == [
                "test.yaml:3:1: metadata.name: the pod default/a appears twice in this file (first on line 1)"
            ]
        )
    }

    @Test func aDocumentIsTheSameInJSON() throws {
        let yaml = try #require(decode(podText(spec: "restartPolicy: Never\nhostname: null")).pods.first)
        let text = """
            {"kind": "Pod", "spec": {"containers": [{"image": "busybox:1.36", "name": "main"}], "restartPolicy": "Never"},
             "metadata": {"name": "web", "labels": {"a": "b"}}, "apiVersion": "v1"}
            """
        let node = try JSON.parse(text.utf8, positions: true)
        let json = try #require(ManifestDecoder.decode([node], file: "x.json").pods.first)
        #expect(json.pod.spec == yaml.pod.spec)
        #expect(json.pod.metadata.uid == yaml.pod.metadata.uid)
        let wrong = try JSON.parse(text.replacingName("web", "Web!").utf8, positions: true)
        let problem = ManifestDecoder.decode([wrong], file: "x.json").problems.first
        #expect(problem?.position == SourcePosition(line: 2, column: 23))
    }

    @Test func tooManyProblemsAreCounted() {
        let fields = (0..<500).map { "unknown\($0): 1" }.joined(separator: "\n")
        let list = problems(podText(spec: fields))
        #expect(list.count == 51)
        #expect(list.last?.contains("and 450 more problems") == true)
    }
}

extension String {
    func replacingName(_ name: String, _ other: String) -> String {
        var text = self
        for form in ["name: \(name)}", "\"name\": \"\(name)\""] {
            guard let range = text.firstRange(of: form) else { continue }
            let new = form.first == "\"" ? "\"name\": \"\(other)\"" : "name: \(other)}"
            text.replaceSubrange(range, with: new)
        }
        return text
    }
}
