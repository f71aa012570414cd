import AgentAPI
import AgentClient
import Linux
import PodSpec
import Testing

@Suite struct PodDescriptionTests {
    @Test func theWholePicture() throws {
        var container = Container(name: "main", image: "busybox:1")
        container.command = ["sh", "-c", "echo 'hi' && sleep 1"]
        container.ports = [ContainerPort(containerPort: 80, hostPort: 8080)]
        container.env = [
            EnvVar(name: "A", value: "1"),
            EnvVar(name: "NAME", from: .init(fieldRef: .init(fieldPath: "metadata.name"))),
        ]
        container.volumeMounts = [VolumeMount(name: "data", mountPath: "/data")]
        var spec = Pod.Spec(containers: [container])
        spec.volumes = [Volume(name: "data", source: .hostPath(.init(path: "/srv")))]
        var pod = Pod(metadata: ObjectMeta(name: "web", uid: "u-1"), spec: spec, status: Pod.Status(phase: .running))
        pod.metadata.labels = ["app": "web", "tier": "front"]
        var state = ContainerStatus(name: "main", image: "busybox:1", state: .waiting(reason: "CrashLoopBackOff"))
        var end = ContainerState.Terminated(exitCode: 137, reason: "OOMKilled")
        end.signal = 9
        end.finishedAt = "2026-11-23T04:00:00Z"
        state.lastState = .terminated(end)
        state.restartCount = 2
        pod.status?.containerStatuses = [state]
        pod.status?.startTime = "2026-11-23T03:59:00Z"
        pod.status?.warnings = ["spec.affinity: not served yet"]
        pod.status?.conditions = [
            Pod.Condition(type: "Ready", status: false, lastTransitionTime: "2026-11-23T04:00:00Z")
        ]
        let detail = PodDetail(
            pod: pod,
            events: [
                PodEvent(
                    time: "2026-11-23T04:00:30Z",
                    type: .warning,
                    reason: "BackOff",
                    message: "back-off 20s",
                    container: "main",
                    count: 4
                )
            ]
        )
        let now = try #require(Timestamp(rfc3339: "2026-11-23T04:01:00Z"))
        #expect(
            PodDescription.text(of: detail, now: now) == #"""
                Name:             web
                Namespace:        default
                UID:              u-1
                Start Time:       2026-11-23T03:59:00Z (2m ago)
                Labels:           app=web
                                  tier=front
                Annotations:      <none>
                Status:           CrashLoopBackOff
                Phase:            Running
                IP:               <none>
                Restart Policy:   Always
                Containers:
                  main:
                    Image:            busybox:1
                    Image Pull Policy: IfNotPresent
                    Command:          sh -c 'echo '\''hi'\'' && sleep 1'
                    Port:             80/TCP, host port 8080
                    State:            Waiting
                      Reason:           CrashLoopBackOff
                    Last State:       Terminated
                      Reason:           OOMKilled
                      Exit Code:        137
                      Signal:           9
                      Finished:         2026-11-23T04:00:00Z
                    Ready:            False
                    Restart Count:    2
                    Environment:      A=1
                    Environment:      NAME=<field metadata.name>
                    Mount:            /data from data (rw)
                Conditions:
                  Type    Status   Since   Reason
                  Ready   False    60s
                Volumes:
                  data:             hostPath /srv
                Warnings:
                  spec.affinity: not served yet
                Events:
                  Type      Reason    Age        From   Message
                  Warning   BackOff   30s (x4)   main   back-off 20s

                """#
        )
    }
}
