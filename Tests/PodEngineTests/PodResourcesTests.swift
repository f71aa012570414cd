import JSONCoding
import OCISpec
import PodEngine
import PodSpec
import Testing

/// Requests and limits in the terms of scheduler, kubelet and kernel.
struct PodResourcesTests {
    private func pod(_ spec: String) throws -> Pod {
        let text = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"},\"spec\":{\(spec)}}"
        let result = ManifestFile.decode(Array(text.utf8), name: "a.json")
        if let problem = result.problems.first { throw problem }
        return try #require(result.pods.first).pod
    }

    private func container(_ name: String, _ resources: String, _ more: String = "") -> String {
        "{\"name\":\"\(name)\",\"image\":\"i:1\"\(more),\"resources\":\(resources)}"
    }

    private func node(_ change: (inout EngineConfiguration.Resources) -> Void = { _ in }) -> EngineConfiguration.Node {
        var node = EngineConfiguration.Node(
            name: "node",
            addresses: [],
            memoryBytes: 1 << 30,
            kernelMajor: 6,
            kernelMinor: 1
        )
        change(&node.resources)
        return node
    }

    @Test func `sums, the largest step, overhead`() throws {
        let pod = try pod(
            """
            "overhead":{"cpu":"50m","memory":"1Mi"},
            "initContainers":[\(container("setup", #"{"limits":{"cpu":"2","memory":"10Mi"}}"#))],
            "containers":[\(container("a", #"{"requests":{"cpu":"250m"},"limits":{"cpu":"1","memory":"64Mi"}}"#)),
                          \(container("b", #"{"limits":{"cpu":"500m","memory":"64Mi"}}"#))]
            """
        )
        let resources = PodResources(pod)
        #expect(resources.request("cpu") == 2050)
        #expect(resources.request("memory") == 129 << 20)
        #expect(resources.limit("cpu") == 2050)
        #expect(resources.limit("memory") == 129 << 20)
        let limits = PodCgroupLimits(pod, on: node { $0.podPidsLimit = 100 })
        #expect(limits.cpuQuota == 205_000 && limits.memoryLimit == 129 << 20 && limits.pidsLimit == 100)
        #expect(limits.qualityOfService == .burstable)
    }

    @Test func `a container without a limit leaves the pod without one, unless the pod has its own`() throws {
        let containers = "\"containers\":[\(container("a", #"{"limits":{"memory":"64Mi"}}"#)),\(container("b", "{}"))]"
        #expect(PodResources(try pod(containers)).limit("memory") == nil)
        let own = try pod("\"resources\":{\"limits\":{\"cpu\":\"1\",\"memory\":\"128Mi\"}},\(containers)")
        #expect(PodResources(own).limit("memory") == 128 << 20)
        #expect(PodResources(own).limit("cpu") == 1000)
        // Of cpu no container says anything: the limit is the request. Of memory the containers' sum is.
        #expect(PodResources(own).request("cpu") == 1000)
        #expect(PodResources(own).request("memory") == 64 << 20)
        #expect(own.effectiveQualityOfService == .burstable)
        let even = try pod(
            "\"resources\":{\"limits\":{\"cpu\":\"1\",\"memory\":\"128Mi\"}},\"containers\":[\(container("a", "{}"))]"
        )
        #expect(even.effectiveQualityOfService == .guaranteed)
        #expect(PodCgroupLimits(even, on: node()).cpuQuota == 100_000)
    }

    @Test func `huge pages: what is asked for, and nothing of the others that the machine has`() throws {
        let pod = try pod(
            "\"containers\":[\(container("a", #"{"limits":{"cpu":"1","hugepages-2Mi":"4Mi"}}"#)),\(container("b", "{}"))]"
        )
        let bare = ContainerResources(pod.spec.containers[0], in: pod, on: node()).linux.hugepageLimits
        #expect(bare == [.init(pageSize: "2MB", limit: 4 << 20)])
        #expect(ContainerResources(pod.spec.containers[1], in: pod, on: node()).linux.hugepageLimits == nil)
        let rich = node { $0.hugepageSizes = [HugepageSize(bytes: 2 << 20), HugepageSize(bytes: 1 << 30)] }
        #expect(
            ContainerResources(pod.spec.containers[1], in: pod, on: rich).linux.hugepageLimits == [
                .init(pageSize: "2MB", limit: 0), .init(pageSize: "1GB", limit: 0),
            ]
        )
    }

    @Test func `swap: none, or in proportion to the request`() throws {
        let pod = try pod(
            """
            "containers":[\(container("a", #"{"requests":{"memory":"256Mi"},"limits":{"memory":"512Mi"}}"#)),
                          \(container("b", #"{"limits":{"memory":"64Mi"}}"#)),\(container("c", "{}"))]
            """
        )
        func swap(_ index: Int, limited: Bool) -> String? {
            let node = node {
                $0.isUnified = true
                $0.swapBytes = 1 << 30
                $0.limitsSwap = limited
            }
            return ContainerResources(pod.spec.containers[index], in: pod, on: node).linux.unified?["memory.swap.max"]
        }
        #expect((0..<3).map { swap($0, limited: false) } == ["0", "0", "0"])
        #expect((0..<3).map { swap($0, limited: true) } == ["\(256 << 20)", "0", "0"])
        #expect(ContainerResources(pod.spec.containers[0], in: pod, on: node()).linux.unified == nil)
    }

    @Test func `memory that is kept and the brake before the limit`() throws {
        let pod = try pod(
            "\"containers\":[\(container("a", #"{"requests":{"memory":"100Mi"},"limits":{"memory":"200Mi"}}"#))]"
        )
        let node = node {
            $0.isUnified = true
            $0.servesMemoryQoS = true
        }
        let files = ContainerResources(pod.spec.containers[0], in: pod, on: node).linux.unified
        #expect(files == ["memory.min": "\(100 << 20)", "memory.high": "\(190 << 20)"])
        #expect(PodCgroupLimits(pod, on: node).memoryMinimum == 100 << 20)
        let guaranteed = try self.pod(
            "\"containers\":[\(container("a", #"{"limits":{"cpu":"1","memory":"200Mi"}}"#))]"
        )
        let kept = ContainerResources(guaranteed.spec.containers[0], in: guaranteed, on: node).linux.unified
        #expect(kept == ["memory.min": "\(200 << 20)", "memory.high": "max"])
    }

    @Test func `what has no limit any more is told so`() throws {
        let pod = try pod("\"containers\":[\(container("a", #"{"requests":{"cpu":"100m"}}"#))]")
        let changed = ContainerResources(pod.spec.containers[0], in: pod, on: node()).changed
        #expect(changed.cpu?.quota == -1 && changed.memory?.limit == -1 && changed.memory?.swap == -1)
        #expect(changed.cpu?.shares == 102)
    }

    @Test func `who goes first when memory is short`() throws {
        let pod = try pod("\"priority\":2000000000,\"containers\":[\(container("a", "{}"))]")
        #expect(QualityOfService.oomScoreAdjustment(of: pod.spec.containers[0], in: pod, memory: 1 << 30) == -997)
        let shared = try self.pod(
            "\"resources\":{\"requests\":{\"memory\":\"512Mi\"}},\"containers\":[\(container("a", "{}")),\(container("b", "{}"))]"
        )
        #expect(QualityOfService.oomScoreAdjustment(of: shared.spec.containers[0], in: shared, memory: 1 << 30) == 750)
    }
}
