import AgentClient
import Linux
import PodSpec
import Testing

/// The status column against kubectl's rules.
@Suite struct PodSummaryTests {
    private func pod(
        phase: Pod.Phase = .running,
        initial: [ContainerState] = [],
        _ states: [ContainerState],
        ready: Bool = true
    ) -> Pod {
        func statuses(_ states: [ContainerState]) -> [ContainerStatus] {
            states.enumerated().map { index, state in
                var status = ContainerStatus(name: "c\(index)", image: "a", state: state)
                status.ready = ready && state.running != nil
                return status
            }
        }
        func containers(_ count: Int) -> [Container] { (0..<count).map { Container(name: "c\($0)", image: "a") } }
        var spec = Pod.Spec(containers: containers(states.count))
        spec.initContainers = containers(initial.count)
        var pod = Pod(metadata: ObjectMeta(name: "web"), spec: spec, status: Pod.Status(phase: phase))
        pod.status?.containerStatuses = statuses(states)
        pod.status?.initContainerStatuses = statuses(initial)
        return pod
    }

    private func ended(_ exitCode: Int32, _ reason: String? = nil, signal: Int32? = nil) -> ContainerState {
        var end = ContainerState.Terminated(exitCode: exitCode, reason: reason)
        end.signal = signal
        return .terminated(end)
    }

    private let running = ContainerState.running(startedAt: "2026-11-23T04:00:00Z")
    private func waiting(_ reason: String) -> ContainerState { .waiting(reason: reason) }

    @Test func readyContainersAreCounted() {
        let summary = PodSummary(pod([running, running]))
        #expect(summary.status == "Running" && summary.readyContainers == 2 && summary.containers == 2)
        #expect(PodSummary(pod([running], ready: false)).readyContainers == 0)
    }

    @Test func aSidecarCountsAmongTheContainersAndDoesNotHoldTheOthersUp() {
        var pod = pod(initial: [running, ended(0, "Completed")], [running])
        pod.spec.initContainers[0].restartPolicy = .always
        pod.status?.initContainerStatuses[0].started = true
        pod.status?.initContainerStatuses[0].restartCount = 2
        pod.status?.initContainerStatuses[1].restartCount = 5
        let summary = PodSummary(pod)
        #expect(summary.status == "Running" && summary.readyContainers == 2 && summary.containers == 2)
        #expect(summary.restarts == 2)
        pod.status?.initContainerStatuses[0].started = false
        #expect(PodSummary(pod).status == "Init:0/2")
    }

    @Test func reasonsOfContainers() {
        #expect(PodSummary(pod([waiting("CrashLoopBackOff")])).status == "CrashLoopBackOff")
        #expect(PodSummary(pod([running, waiting("ImagePullBackOff")])).status == "ImagePullBackOff")
        #expect(PodSummary(pod([waiting("ContainerCreating")])).status == "ContainerCreating")
        #expect(PodSummary(pod(phase: .succeeded, [ended(0, "Completed")])).status == "Completed")
        #expect(PodSummary(pod(phase: .failed, [ended(1, "Error")])).status == "Error")
        #expect(PodSummary(pod(phase: .failed, [ended(137, "OOMKilled")])).status == "OOMKilled")
        #expect(PodSummary(pod(phase: .failed, [ended(3)])).status == "ExitCode:3")
        #expect(PodSummary(pod(phase: .failed, [ended(137, signal: 9)])).status == "Signal:9")
    }

    @Test func oneDoneAndOneRunning() {
        var mixed = pod([ended(0, "Completed"), running])
        #expect(PodSummary(mixed).status == "NotReady")
        mixed.status?.conditions = [Pod.Condition(type: "Ready", status: true)]
        #expect(PodSummary(mixed).status == "Running")
    }

    @Test func initContainers() {
        func summary(_ states: [ContainerState]) -> String {
            PodSummary(pod(phase: .pending, initial: states, [waiting("PodInitializing")])).status
        }
        #expect(summary([running, waiting("PodInitializing")]) == "Init:0/2")
        #expect(summary([ended(0, "Completed"), running]) == "Init:1/2")
        #expect(summary([waiting("CrashLoopBackOff")]) == "Init:CrashLoopBackOff")
        #expect(summary([ended(1, "Error")]) == "Init:Error")
        #expect(summary([ended(2)]) == "Init:ExitCode:2")
        #expect(summary([ended(0, "Completed")]) == "PodInitializing")
    }

    @Test func terminatingAndReasonsOfThePod() {
        var pod = pod([running])
        pod.metadata.deletionTimestamp = "2026-11-23T04:00:00Z"
        #expect(PodSummary(pod).status == "Terminating")
        pod.metadata.deletionTimestamp = nil
        pod.status?.containerStatuses = []
        pod.status?.reason = "HostPortConflict"
        #expect(PodSummary(pod).status == "HostPortConflict")
    }

    @Test func restarts() throws {
        var pod = pod([running])
        pod.status?.containerStatuses[0].restartCount = 3
        var end = ContainerState.Terminated(exitCode: 1, reason: "Error")
        end.finishedAt = "2026-11-23T04:00:00Z"
        pod.status?.containerStatuses[0].lastState = .terminated(end)
        let now = try #require(Timestamp(rfc3339: "2026-11-23T04:05:07Z"))
        #expect(PodSummary(pod).restartsText(now: now) == "3 (5m7s ago)")
    }
}
