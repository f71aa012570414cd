import JSONCoding
import PodEngine
import PodSpec
import Testing

/// Which pod goes first, and what is said of it.
struct EvictionRankingTests {
    private func candidate(
        _ name: String,
        uses: Int64,
        request: String? = nil,
        priority: Int32? = nil,
        processes: Int64 = 0
    ) -> EvictionRanking.Candidate {
        var container = Container(name: "c", image: "i")
        if let request { container.resources.requests = ["memory": Quantity(request)!, "ephemeral-storage": Quantity(request)!] }
        var pod = Pod(metadata: ObjectMeta(name: name, uid: name), spec: Pod.Spec(containers: [container]))
        pod.spec.priority = priority
        var consumption = PodConsumption()
        var own = PodConsumption.Container()
        own.memory = uses
        own.processes = processes
        own.disk = DiskConsumption(bytes: uses, inodes: uses)
        consumption.containers["c"] = own
        return .init(pod, consumption)
    }

    private func order(_ candidates: [EvictionRanking.Candidate], _ resource: EvictionSignal.Resource = .memory) -> [String] {
        EvictionRanking.order(candidates, for: resource).map(\.pod.metadata.name)
    }

    @Test func `beyond the request comes first, then priority, then how far beyond`() {
        let candidates = [
            candidate("within", uses: 900, request: "1000", priority: -5),
            candidate("much", uses: 2000, request: "1000"),
            candidate("more", uses: 1900, request: "100"),
            candidate("important", uses: 9000, priority: 10),
            candidate("least", uses: 1, priority: -1),
        ]
        for resource in [EvictionSignal.Resource.memory, .storage] {
            #expect(order(candidates, resource) == ["least", "more", "much", "important", "within"])
        }
    }

    @Test func `of inodes and processes nothing is requested`() {
        let candidates = [
            candidate("a", uses: 10, request: "1000", processes: 3), candidate("b", uses: 20, processes: 1),
            candidate("low", uses: 1, priority: -1, processes: 1),
        ]
        #expect(order(candidates, .inodes) == ["low", "b", "a"])
        #expect(order(candidates, .processes) == ["low", "a", "b"])
    }

    @Test func `critical pods are never evicted`() {
        var named = candidate("named", uses: 100)
        named.pod.spec.priorityClassName = "system-node-critical"
        let candidates = [named, candidate("critical", uses: 100, priority: 2_000_000_000)]
        #expect(order(candidates).isEmpty)
        #expect(order(candidates + [candidate("last", uses: 1, priority: 1_999_999_999)]) == ["last"])
    }

    @Test func `a pod that goes says why in the kubelet's words`() {
        let demand = EvictionDemand(
            signal: .memoryAvailable,
            threshold: 100 << 20,
            observation: EvictionObservation(available: 50 << 20, capacity: 1 << 30),
            softGrace: nil
        )
        let failure = EvictionWords.lowResource(demand, candidate("a", uses: 60 << 20, request: "10Mi"))
        #expect(failure.reason == .evicted && failure.isDisruption)
        #expect(
            failure.message == "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. "
                + "Container c was using 60Mi, request is 10Mi, has larger consumption of memory. "
        )
        let modest = EvictionWords.lowResource(demand, candidate("a", uses: 1, request: "10Mi"))
        #expect(modest.message == "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. ")
        #expect(EvictionWords.size(1023) == "1023" && EvictionWords.size(0) == "0" && EvictionWords.size(3 << 30) == "3Gi")
    }

    @Test func `who may begin depends on what is short`() {
        let promised = candidate("promised", uses: 0, request: "1Mi").pod
        let none = candidate("none", uses: 0).pod
        let critical = candidate("critical", uses: 0, priority: 2_000_000_000).pod
        func refuses(_ pod: Pod, _ conditions: Set<NodeCondition.Kind>) -> Bool {
            PodAdmission.refusal(of: pod, under: conditions, storage: 0) != nil
        }
        #expect(!refuses(none, []) && !refuses(promised, [.memoryPressure]) && refuses(none, [.memoryPressure]))
        #expect(refuses(promised, [.diskPressure]) && refuses(promised, [.processPressure, .memoryPressure]))
        #expect(!refuses(critical, [.diskPressure, .memoryPressure, .processPressure]))
        for (toleration, isRefused) in [
            (["key": "node.kubernetes.io/memory-pressure", "operator": "Exists", "effect": "NoSchedule"], false),
            (["operator": "Exists"], false), (["key": "node.kubernetes.io/memory-pressure"], false),
            (["key": "node.kubernetes.io/memory-pressure", "operator": "Exists", "effect": "NoExecute"], true),
            (["key": "node.kubernetes.io/disk-pressure", "operator": "Exists"], true),
            (["key": "node.kubernetes.io/memory-pressure", "value": "x"], true),
        ] as [(JSONNode, Bool)] {
            var tolerant = none
            tolerant.spec.tolerations = [toleration]
            #expect(refuses(tolerant, [.memoryPressure]) == isRefused, "\(toleration)")
            #expect(refuses(tolerant, [.diskPressure]))
        }
        let refusal = PodAdmission.refusal(of: none, under: [.diskPressure, .memoryPressure], storage: 0)
        #expect(refusal?.message == "The node had condition: [MemoryPressure DiskPressure]. ")
        // No pressure goes away that would make room for it.
        let large = candidate("large", uses: 0, request: "2Gi", priority: 2_000_000_000).pod
        #expect(PodAdmission.refusal(of: large, under: [], storage: 1 << 30)?.reason == .outOfStorage)
        #expect(PodAdmission.refusal(of: large, under: [], storage: 2 << 30) == nil)
    }
}
