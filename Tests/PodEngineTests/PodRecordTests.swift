import JSONCoding
import Linux
import PodEngine
import PodSpec
import Testing

struct PodRecordTests {
    /// A pod that comes back from its record as another one would be restarted by every restart of the agent.
    @Test func `a pod is the same after it was written down`() throws {
        let text = """
            apiVersion: v1
            kind: Pod
            metadata:
              name: rich
              labels: {app: rich, "example.org/tier": front}
              annotations: {note: "two\\nlines"}
            spec:
              hostname: other
              terminationGracePeriodSeconds: 5
              securityContext: {runAsUser: 2147483647, supplementalGroups: [1, 2], fsGroup: 3}
              affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {}}]}}
              tolerations: [{key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 10}]
              volumes:
              - {name: a, emptyDir: {medium: Memory, sizeLimit: 1.5Gi}}
              - {name: b, hostPath: {path: /srv, type: DirectoryOrCreate}}
              initContainers:
              - {name: init, image: "busybox:1", command: [sh, -c, "echo $(A)"]}
              containers:
              - name: web
                image: "web:1"
                env:
                - {name: A, value: "1"}
                - {name: B, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
                ports: [{containerPort: 80, hostPort: 8080, protocol: TCP}]
                resources: {limits: {cpu: 0.25, memory: 64Mi}, requests: {cpu: 100m}}
                volumeMounts: [{name: a, mountPath: /a, subPath: x/y, readOnly: true}]
                livenessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 3}
                readinessProbe: {exec: {command: ["true"]}}
                lifecycle: {preStop: {sleep: {seconds: 1}}}
                securityContext: {capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}, seccompProfile: {type: RuntimeDefault}}
            """
        let result = ManifestFile.decode(Array(text.utf8), name: "rich.yaml")
        #expect(result.problems.isEmpty)
        let decoded = try #require(result.pods.first)
        let record = PodRecord(
            startTime: Timestamp(seconds: 1),
            file: "rich.yaml",
            warnings: ["w"],
            fingerprint: decoded.fingerprint,
            pod: decoded.pod
        )
        let read = try JSON.decode(PodRecord.self, from: JSON.encode(record, style: .pretty))
        #expect(read == record)
        #expect(read.fingerprint != nil)
    }

    private func pod(_ fingerprint: String?, grace: Int64 = 30, uid: String = "u") -> DesiredPod {
        var spec = Pod.Spec(containers: [])
        spec.terminationGracePeriodSeconds = grace
        let pod = Pod(metadata: ObjectMeta(name: "a", uid: uid), spec: spec)
        return DesiredPod(pod: pod, warnings: [], fingerprint: fingerprint, file: "a.yaml")
    }

    @Test func `what was written decides whether a pod has changed, not what defaults make of it`() {
        #expect(pod("1", grace: 10).plan(from: pod("1", grace: 30)).isEmpty)
        #expect(pod("2", grace: 10).plan(from: pod("1", grace: 30)).described.count == 1)
        #expect(!pod("1", uid: "v").plan(from: pod("1")).keepsPod)
        // A record of the first agents: by UID.
        #expect(pod("2", grace: 10).plan(from: pod(nil)).isEmpty)
        #expect(!pod("2", uid: "v").plan(from: pod(nil)).keepsPod)
        // The pod that runs keeps its defaults.
        #expect(pod("1", grace: 10).continuing(pod("1", grace: 30)) == pod("1", grace: 30))
        #expect(pod("2", grace: 10).continuing(pod("1", grace: 30)) == pod("2", grace: 10))
    }

    @Test func `a record of the first agents can be read`() throws {
        let record = PodRecord(
            startTime: Timestamp(seconds: 1),
            file: "a.yaml",
            warnings: [],
            fingerprint: "f",
            pod: pod(nil).pod
        )
        var members = try #require(JSON.node(from: record).members)
        members.removeAll { $0.key == "fingerprint" }
        let read = try JSON.decode(PodRecord.self, from: JSON.serialize(JSONNode(.object(members))))
        #expect(read.fingerprint == nil)
        #expect(read.pod == record.pod)
    }
}
