import Linux
import PodEngine
import PodSpec
import Synchronization

/// Workloads over pods that do what the test says; no engine, no clock.
struct WorkloadWorld {
    private(set) var known = WorkloadSet()
    var wanted: [WorkloadName: DesiredWorkload] = [:]
    /// The pods that there are, by name.
    var pods: [String: ObservedPod] = [:]
    var now = Timestamp(seconds: 1_800_000_000)
    private(set) var deadline: Timestamp?
    private let counter = Counter()
    /// Pods that have been made, in order: each name once.
    private(set) var made: [String] = []
    private var identities: Set<String> = []
    /// Whether pods that are not wanted any more vanish at once.
    var endsAtOnce = true

    private final class Counter: Sendable {
        private let value = Mutex<UInt64>(0)
        func next() -> UInt64 {
            value.withLock { value in
                value += 1
                return value &* 0x9E37_79B9_7F4A_7C15
            }
        }
    }

    private var circumstances: WorkloadCircumstances {
        let counter = counter
        return WorkloadCircumstances(
            now: now,
            pods: Array(pods.values),
            names: PodNames { counter.next() },
            zone: { name in
                switch name {
                case nil, "UTC": .utc
                case "Europe/Berlin": try? ZoneRules(tzif: FileSystem.read("/usr/share/zoneinfo/Europe/Berlin"))
                default: nil
                }
            }
        )
    }

    mutating func want(_ decoded: DecodedWorkload) {
        wanted[decoded.name] = DesiredWorkload(decoded: decoded, file: "w.yaml")
    }

    /// One look: pods that are wanted and not there are made (pending), those that are not wanted go.
    mutating func step() {
        deadline = known.reconcile(wanted, in: circumstances)
        let desired = known.pods(in: circumstances)
        for pod in desired where pods[pod.pod.metadata.name]?.uid != pod.pod.metadata.uid {
            let name = pod.pod.metadata.name
            precondition(identities.insert(pod.pod.metadata.uid).inserted, "\(name) is made twice")
            made.append(name)
            let owner = pod.pod.metadata.ownerReferences.first?["uid"]?.stringValue
            var observed = ObservedPod(name: name, uid: pod.pod.metadata.uid, owner: owner)
            observed.labels = pod.pod.metadata.labels
            pods[name] = observed
        }
        let names = Set(desired.map(\.pod.metadata.name))
        for name in pods.keys where !names.contains(name) {
            if endsAtOnce { pods[name] = nil } else { pods[name]?.isTerminating = true }
        }
    }

    /// Looks until nothing changes any more.
    mutating func settle() {
        for _ in 0..<200 {
            let before = (known.records, pods)
            step()
            if before.0 == known.records, before.1 == pods { return }
        }
        preconditionFailure("it never settles")
    }

    mutating func advance(_ seconds: Int64) { now = now.advanced(by: .seconds(seconds)) }

    /// Goes to the next deadline and looks. False where there is none.
    mutating func wait() -> Bool {
        guard let deadline else { return false }
        now = max(now, deadline)
        settle()
        return true
    }

    /// The same, where there must be one.
    mutating func mustWait() {
        let waits = wait()
        precondition(waits, "there is nothing to wait for")
    }

    /// Another agent, which has what was written down and nothing else.
    mutating func restart() { known = WorkloadSet(Array(known.records.values)) }

    /// The names of pods that are not going, sorted.
    var names: [String] { pods.values.filter { !$0.isTerminating }.map(\.name).sorted() }

    var desired: [DesiredPod] { known.pods(in: circumstances) }

    func snapshot(_ name: WorkloadName) -> WorkloadSnapshot? {
        known.snapshots(in: circumstances).first { $0.name == name }
    }

    func workloads(_ kind: WorkloadKind) -> [Workload] {
        known.snapshots(in: circumstances).map(\.workload).filter { $0.kind == kind }
    }

    // MARK: What pods do

    mutating func ready(_ names: [String]) { for name in names { ready(name) } }

    mutating func ready(_ name: String) {
        pods[name]?.phase = .running
        pods[name]?.readySince = now
    }

    mutating func readyAll() { ready(names.filter { pods[$0]?.readySince == nil && pods[$0]?.hasEnded == false }) }

    mutating func end(_ name: String, code: Int32 = 0) {
        pods[name]?.phase = code == 0 ? .succeeded : .failed
        pods[name]?.readySince = nil
        pods[name]?.exits = [ObservedPod.Exit(container: "main", code: code)]
        pods[name]?.finishedAt = now
    }

    /// Pods that have not ended, sorted.
    var running: [String] { names.filter { pods[$0]?.hasEnded == false } }
}

/// Workloads as manifests make them.
enum WorkloadFixture {
    static func template(_ image: String = "web:1", policy: Pod.RestartPolicy = .always, hostPort: Bool = false) -> PodTemplate {
        var container = Container(name: "main", image: image)
        if hostPort {
            var port = ContainerPort(containerPort: 80)
            port.hostPort = 8080
            container.ports = [port]
        }
        var spec = Pod.Spec(containers: [container])
        spec.restartPolicy = policy
        var template = PodTemplate(spec: spec)
        template.metadata.labels = ["app": "web"]
        return template
    }

    static func decoded(_ workload: Workload, revision: String = "1") -> DecodedWorkload {
        DecodedWorkload(
            workload: workload,
            warnings: [],
            written: DecodedWorkload.Written(spec: revision, template: revision, podSpec: revision)
        )
    }

    static func metadata(_ name: String) -> ObjectMeta { ObjectMeta(name: name, uid: "uid-\(name)") }

    static func deployment(
        _ replicas: Int32,
        image: String = "web:1",
        hostPort: Bool = false,
        change: (inout DeploymentSpec) -> Void = { _ in }
    ) -> DecodedWorkload {
        var spec = DeploymentSpec(
            replicas: replicas,
            selector: LabelSelector(matchLabels: ["app": "web"]),
            template: template(image, hostPort: hostPort)
        )
        change(&spec)
        return decoded(.deployment(Deployment(metadata: metadata("web"), spec: spec)), revision: image)
    }

    static func daemonSet(
        image: String = "web:1",
        hostPort: Bool = false,
        change: (inout DaemonSetSpec) -> Void = { _ in }
    ) -> DecodedWorkload {
        var spec = DaemonSetSpec(
            selector: LabelSelector(matchLabels: ["app": "web"]),
            template: template(image, hostPort: hostPort)
        )
        change(&spec)
        return decoded(.daemonSet(DaemonSet(metadata: metadata("agent"), spec: spec)), revision: image)
    }

    static func job(_ revision: String = "1", change: (inout JobSpec) -> Void = { _ in }) -> DecodedWorkload {
        var spec = JobSpec(template: template(policy: .never))
        change(&spec)
        return decoded(.job(Job(metadata: metadata("work"), spec: spec)), revision: revision)
    }

    static func cronJob(
        _ schedule: String,
        change: (inout CronJobSpec) -> Void = { _ in }
    ) -> DecodedWorkload {
        let job = JobSpec(template: template(policy: .never))
        var spec = CronJobSpec(schedule: schedule, jobTemplate: CronJobSpec.JobTemplate(spec: job))
        change(&spec)
        return decoded(.cronJob(CronJob(metadata: metadata("tick"), spec: spec)))
    }
}
