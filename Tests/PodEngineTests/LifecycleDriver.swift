import Linux
import PodEngine
import PodSpec

/// A lifecycle with a clock, for tests that play its events by hand.
struct LifecycleDriver {
    var life: PodLifecycle
    var now = Moment(wall: Timestamp(seconds: 1_800_000_000), uptime: Monotonic(nanoseconds: 1_000_000_000_000))

    static let image = PodImage(
        reference: "web:1",
        identifier: "sha256:1",
        layerDirectories: ["/l"],
        process: PodImage.Process(entrypoint: ["/web"])
    )

    init(
        _ containers: [String] = ["web"],
        initial: [String] = [],
        sidecars: Set<String> = [],
        policy: Pod.RestartPolicy = .always,
        grace: Duration = .seconds(30),
        followsObjects: Bool = false,
        change: (inout PodShape) -> Void = { _ in }
    ) {
        let request = ImageRequest(reference: "web:1", policy: .ifNotPresent)
        var shape = PodShape(
            uid: "uid",
            key: PodKey(namespace: "default", name: "pod"),
            containers: initial.map {
                ContainerShape(name: $0, role: sidecars.contains($0) ? .sidecar : .initial, image: request, restartPolicy: policy)
            }
                + containers.map { ContainerShape(name: $0, role: .main, image: request, restartPolicy: policy) },
            restartPolicy: policy,
            gracePeriod: grace
        )
        shape.followsObjects = followsObjects
        change(&shape)
        life = PodLifecycle(shape, backoffs: BackoffPolicies(), at: now)
    }

    mutating func advance(_ duration: Duration) {
        now = Moment(
            wall: now.wall.advanced(by: duration),
            uptime: Monotonic(nanoseconds: now.uptime.nanoseconds + Int64(duration / .nanoseconds(1)))
        )
    }

    mutating func steps() -> Set<PodStep> { Set(life.takeSteps(at: now)) }

    @discardableResult
    mutating func handle(_ event: PodEvent) -> Set<PodStep> {
        life.handle(event, at: now)
        return steps()
    }

    /// From nothing to where the containers whose turn it is are being started.
    @discardableResult
    mutating func prepare() -> Set<PodStep> {
        _ = steps()
        _ = handle(.recorded)
        _ = handle(.volumesReady)
        _ = handle(.imageReady(ImageRequest(reference: "web:1", policy: .ifNotPresent), Self.image, pulled: false))
        return handle(.sandboxReady(nil))
    }

    @discardableResult
    mutating func started(_ name: String = "web", _ attempt: Int = 0) -> Set<PodStep> {
        handle(.started(container: name, attempt: attempt, RunningContainer(pid: 7, startedAt: now.wall)))
    }

    @discardableResult
    mutating func ended(_ name: String = "web", _ attempt: Int = 0, exitCode: Int32) -> Set<PodStep> {
        let exit = ContainerExit(exitCode: exitCode, startedAt: now.wall, finishedAt: now.wall)
        return handle(.ended(container: name, attempt: attempt, ContainerTermination(exit)))
    }

    /// The condition of a type, as the status shows it.
    func condition(_ type: String) -> Pod.Condition? { status.conditions.first { $0.type == type } }

    /// The state of a container, as the status shows it.
    func state(of name: String) -> ContainerStatus? {
        (status.initContainerStatuses + status.containerStatuses).first { $0.name == name }
    }

    var phase: Pod.Phase { status.phase }

    var status: Pod.Status {
        var pod = Pod(metadata: ObjectMeta(name: "pod", uid: "uid"), spec: Pod.Spec(containers: []))
        pod.spec.restartPolicy = life.shape.restartPolicy
        let node = EngineConfiguration.Node(
            name: "node",
            addresses: ["192.0.2.1"],
            memoryBytes: 1 << 30,
            kernelMajor: 6,
            kernelMinor: 1
        )
        return StatusBuilder(pod: pod, lifecycle: life, node: node, warnings: []).status()
    }
}
