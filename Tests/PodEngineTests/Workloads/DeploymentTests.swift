import Linux
import PodEngine
import PodSpec
import Testing

struct DeploymentTests {
    private var world = WorkloadWorld()
    private let name = WorkloadName(kind: .deployment, namespace: "default", name: "web")

    private var status: DeploymentStatus? {
        guard case .deployment(let object)? = world.snapshot(name)?.workload else { return nil }
        return object.status
    }

    private func condition(_ type: String) -> WorkloadCondition? { status?.conditions.first { $0.type == type } }

    /// The images of the pods that are wanted.
    private var images: [String] { world.desired.map { $0.pod.spec.containers[0].image }.sorted() }

    @Test mutating func `it makes its pods, by names that say whose they are`() throws {
        world.want(WorkloadFixture.deployment(3))
        world.settle()
        #expect(world.names.count == 3 && world.made.count == 3)
        let pod = try #require(world.desired.first).pod
        let hash = try #require(pod.metadata.labels["pod-template-hash"])
        #expect(hash.count == 10 && pod.metadata.name.hasPrefix("web-\(hash)-"))
        #expect(pod.metadata.name.count == "web-".count + 10 + 1 + 5)
        #expect(pod.metadata.labels["app"] == "web")
        #expect(pod.metadata.ownerReferences.first?["kind"]?.stringValue == "Deployment")
        #expect(Set(world.desired.map(\.pod.metadata.uid)).count == 3)
        #expect(status?.replicas == 3 && status?.readyReplicas == 0 && status?.unavailableReplicas == 3)
        #expect(condition("Available")?.status == "False")
        #expect(condition("Progressing")?.reason == "ReplicaSetUpdated")

        world.readyAll()
        world.settle()
        #expect(status?.availableReplicas == 3 && status?.unavailableReplicas == 0)
        #expect(condition("Available")?.reason == "MinimumReplicasAvailable")
        #expect(condition("Progressing")?.reason == "NewReplicaSetAvailable")
        #expect(world.deadline == nil, "nothing is to be waited for")
    }

    @Test mutating func `a roll-out keeps to its limits at every step`() {
        world.want(WorkloadFixture.deployment(4))
        world.settle()
        world.readyAll()
        world.settle()
        let old = Set(world.names)
        world.want(WorkloadFixture.deployment(4, image: "web:2"))
        // 25 % of 4: one too many, one missing.
        for _ in 0..<20 {
            world.settle()
            #expect(world.names.count <= 5, "\(world.names)")
            #expect(world.names.filter { world.pods[$0]?.readySince != nil }.count >= 3)
            guard let next = world.names.first(where: { world.pods[$0]?.readySince == nil }) else { break }
            world.ready(next)
        }
        #expect(old.isDisjoint(with: world.names) && world.names.count == 4)
        #expect(images == Array(repeating: "web:2", count: 4))
        #expect(status?.observedGeneration == 2 && status?.updatedReplicas == 4)
        #expect(condition("Progressing")?.reason == "NewReplicaSetAvailable")
    }

    @Test mutating func `every spec counts, and what is not of the spec does not`() throws {
        func generation() -> Int64? { world.snapshot(name)?.workload.metadata.generation }
        world.want(WorkloadFixture.deployment(1))
        world.settle()
        #expect(generation() == 1 && status?.observedGeneration == 1)
        world.settle()
        #expect(generation() == 1)
        // No other template, and yet another spec.
        world.want(WorkloadFixture.deployment(2))
        world.settle()
        #expect(generation() == 2 && status?.observedGeneration == 2)
        world.restart()
        world.settle()
        #expect(generation() == 2)
        var labelled = WorkloadFixture.deployment(2)
        labelled.workload.metadata.labels["a"] = "b"
        world.want(labelled)
        world.settle()
        #expect(generation() == 2 && world.snapshot(name)?.workload.metadata.labels["a"] == "b")
    }

    @Test mutating func `a roll-out that does not get ready stops, and says so after its deadline`() {
        world.want(WorkloadFixture.deployment(4) { $0.progressDeadlineSeconds = 60 })
        world.settle()
        world.readyAll()
        world.settle()
        world.want(WorkloadFixture.deployment(4, image: "bad:1") { $0.progressDeadlineSeconds = 60 })
        world.settle()
        // One old one has gone, two new ones try; three serve.
        #expect(images == ["bad:1", "bad:1", "web:1", "web:1", "web:1"])
        #expect(condition("Progressing")?.status == "True")
        world.mustWait()
        #expect(condition("Progressing")?.reason == "ProgressDeadlineExceeded")
        #expect(condition("Available")?.status == "True")
        #expect(images == ["bad:1", "bad:1", "web:1", "web:1", "web:1"])
        // Back to what was: the pods that are still there stay, and no more are made than are missing.
        let count = world.made.count
        world.want(WorkloadFixture.deployment(4) { $0.progressDeadlineSeconds = 60 })
        world.settle()
        world.readyAll()
        world.settle()
        #expect(images == Array(repeating: "web:1", count: 4) && world.made.count == count + 1)
    }

    @Test mutating func `minReadySeconds counts from readiness, and a clock set back does not stretch it`() {
        world.want(WorkloadFixture.deployment(1) { $0.minReadySeconds = 30 })
        world.settle()
        world.readyAll()
        world.settle()
        #expect(status?.readyReplicas == 1 && status?.availableReplicas == 0)
        #expect(world.deadline == world.now.advanced(by: .seconds(30)))
        world.advance(29)
        world.settle()
        #expect(status?.availableReplicas == 0)
        world.advance(-3600)
        world.settle()
        #expect(status?.availableReplicas == 1)
    }

    @Test mutating func `Recreate waits until the old pods have gone`() {
        world.want(WorkloadFixture.deployment(2) { $0.strategy = DeploymentSpec.Strategy(.recreate) })
        world.settle()
        world.readyAll()
        world.settle()
        let old = world.names
        world.endsAtOnce = false
        world.want(WorkloadFixture.deployment(2, image: "web:2") { $0.strategy = DeploymentSpec.Strategy(.recreate) })
        world.settle()
        #expect(world.names.isEmpty && world.made.count == 2)
        world.pods[old[0]] = nil
        world.settle()
        #expect(world.made.count == 2)
        world.pods[old[1]] = nil
        world.settle()
        #expect(world.names.count == 2 && images == ["web:2", "web:2"])
    }

    @Test mutating func `ports of the host allow no surge, which is said`() {
        world.want(WorkloadFixture.deployment(1, hostPort: true))
        world.settle()
        world.readyAll()
        world.settle()
        let old = world.names
        world.endsAtOnce = false
        world.want(WorkloadFixture.deployment(1, image: "web:2", hostPort: true))
        world.settle()
        #expect(world.made.count == 1 && world.names.isEmpty, "the new one waits for the port")
        #expect(status?.warnings.contains { $0.contains("maxSurge: taken as 0") } == true)
        world.pods[old[0]] = nil
        world.settle()
        #expect(images == ["web:2"])
    }

    @Test mutating func `scaling down takes what serves least`() {
        world.want(WorkloadFixture.deployment(4))
        world.settle()
        world.ready(Array(world.names.prefix(2)))
        let serving = Set(world.names.filter { world.pods[$0]?.readySince != nil })
        world.want(WorkloadFixture.deployment(2))
        world.settle()
        #expect(Set(world.names) == serving)
        world.want(WorkloadFixture.deployment(0))
        world.settle()
        #expect(world.names.isEmpty && status?.replicas == 0 && condition("Available")?.status == "True")
        world.want(WorkloadFixture.deployment(1))
        world.settle()
        #expect(world.names.count == 1)
    }

    @Test mutating func `paused, it scales and does not roll out`() {
        world.want(WorkloadFixture.deployment(2))
        world.settle()
        world.readyAll()
        world.want(WorkloadFixture.deployment(3, image: "web:2") { $0.paused = true })
        world.settle()
        #expect(images == ["web:1", "web:1", "web:1"])
        #expect(condition("Progressing")?.reason == "DeploymentPaused")
        world.want(WorkloadFixture.deployment(1, image: "web:2") { $0.paused = true })
        world.settle()
        #expect(images == ["web:1"])
        world.want(WorkloadFixture.deployment(1, image: "web:2"))
        for _ in 0..<4 {
            world.settle()
            world.readyAll()
        }
        #expect(images == ["web:2"])
    }

    @Test mutating func `a pod that was ended is replaced after a while, ever longer`() {
        world.want(WorkloadFixture.deployment(1))
        world.settle()
        var waits: [Int64] = []
        for _ in 0..<8 {
            let name = world.names[0]
            world.end(name, code: 137)
            let before = world.now
            world.settle()
            #expect(world.names == [name])
            while world.names == [name], world.wait() {}
            waits.append(world.now.since(before).components.seconds)
        }
        #expect(waits == [10, 20, 40, 80, 160, 300, 300, 300])
    }

    @Test mutating func `what an agent wrote down, the next one goes on with`() {
        world.want(WorkloadFixture.deployment(4))
        world.settle()
        world.readyAll()
        world.settle()
        world.want(WorkloadFixture.deployment(4, image: "web:2"))
        world.settle()
        let (names, made) = (world.names, world.made)
        world.restart()
        // Before anything is known of pods: all that were there are wanted.
        #expect(Set(world.known.remembered(world.wanted).map(\.pod.metadata.name)) == Set(names))
        let before = world.desired
        world.settle()
        #expect(world.names == names && world.made == made)
        #expect(Set(world.desired) == Set(before))
    }

    @Test mutating func `its pods go with its manifest`() {
        world.want(WorkloadFixture.deployment(2))
        world.settle()
        world.wanted = [:]
        world.settle()
        #expect(world.names.isEmpty && world.known.isEmpty)
    }

    @Test mutating func `few pods and percentages move all the same`() {
        for replicas: Int32 in 1...7 {
            for (surge, unavailable) in [(0, 1), (1, 0), (0, 30), (100, 0), (0, 100), (100, 100)] as [(Int32, Int32)] {
                var world = WorkloadWorld()
                func deployment(_ image: String) -> DecodedWorkload {
                    WorkloadFixture.deployment(replicas, image: image) {
                        $0.strategy.rollingUpdate = RollingUpdate(
                            maxUnavailable: .percent(unavailable),
                            maxSurge: .percent(surge)
                        )
                    }
                }
                world.want(deployment("web:1"))
                world.settle()
                world.readyAll()
                world.want(deployment("web:2"))
                for _ in 0..<30 {
                    world.settle()
                    world.readyAll()
                }
                let images = world.desired.map { $0.pod.spec.containers[0].image }
                #expect(images == Array(repeating: "web:2", count: Int(replicas)), "\(replicas) \(surge) \(unavailable)")
            }
        }
    }
}

struct DaemonSetTests {
    private var world = WorkloadWorld()

    private var status: DaemonSetStatus? {
        let name = WorkloadName(kind: .daemonSet, namespace: "default", name: "agent")
        guard case .daemonSet(let object)? = world.snapshot(name)?.workload else { return nil }
        return object.status
    }

    private var images: [String] { world.desired.map { $0.pod.spec.containers[0].image } }

    @Test mutating func `one pod, replaced when the old one has gone`() throws {
        world.want(WorkloadFixture.daemonSet())
        world.settle()
        world.readyAll()
        world.settle()
        #expect(world.names.count == 1 && world.names[0].hasPrefix("agent-") && world.names[0].count == 11)
        #expect(status?.numberReady == 1 && status?.updatedNumberScheduled == 1)
        let pod = try #require(world.desired.first).pod
        #expect(pod.metadata.labels["controller-revision-hash"] != nil)
        #expect(pod.metadata.labels["pod-template-generation"] == "1")

        let old = world.names[0]
        world.endsAtOnce = false
        world.want(WorkloadFixture.daemonSet(image: "web:2"))
        world.settle()
        #expect(world.made.count == 1 && world.pods[old]?.isTerminating == true)
        #expect(status?.updatedNumberScheduled == 0 && status?.numberUnavailable == 1)
        world.pods[old] = nil
        world.settle()
        #expect(images == ["web:2"])
    }

    @Test mutating func `with a surge the old one stays until the new one serves`() {
        func set(_ image: String) -> DecodedWorkload {
            WorkloadFixture.daemonSet(image: image) {
                $0.updateStrategy.rollingUpdate = RollingUpdate(maxUnavailable: .number(0), maxSurge: .number(1))
            }
        }
        world.want(set("web:1"))
        world.settle()
        world.readyAll()
        world.settle()
        world.want(set("web:2"))
        world.settle()
        #expect(images.sorted() == ["web:1", "web:2"])
        world.readyAll()
        world.settle()
        #expect(images == ["web:2"])
    }

    @Test mutating func `OnDelete leaves the pod until it ends by itself`() {
        func set(_ image: String) -> DecodedWorkload {
            WorkloadFixture.daemonSet(image: image) { $0.updateStrategy = DaemonSetSpec.Strategy(.onDelete) }
        }
        world.want(set("web:1"))
        world.settle()
        world.want(set("web:2"))
        world.settle()
        #expect(images == ["web:1"])
        world.end(world.names[0], code: 1)
        world.settle()
        world.mustWait()
        #expect(images == ["web:2"])
    }
}
