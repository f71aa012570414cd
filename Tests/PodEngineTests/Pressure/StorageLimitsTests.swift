import Glibc
import Linux
import PodEngine
import PodSpec
import TestSupport
import Testing

/// What pods may write to the disk, and how it is measured.
struct StorageLimitsTests {
    private func pod(_ limits: [String?], volume: String? = nil, medium: String? = nil) -> Pod {
        let containers = limits.enumerated().map { index, limit in
            var container = Container(name: "c\(index)", image: "i")
            if let limit { container.resources.limits["ephemeral-storage"] = Quantity(limit) }
            return container
        }
        var pod = Pod(metadata: ObjectMeta(name: "p", uid: "u"), spec: Pod.Spec(containers: containers))
        if let volume {
            pod.spec.volumes = [
                Volume(name: "x", source: .emptyDir(.init(medium: medium, sizeLimit: Quantity(volume))))
            ]
        }
        return pod
    }

    private func usage(_ containers: [Int64], volume: Int64 = 0) -> PodConsumption {
        var found = PodConsumption()
        for (index, bytes) in containers.enumerated() {
            found.containers["c\(index)", default: .init()].disk = DiskConsumption(bytes: bytes)
        }
        found.volumes["x"] = DiskConsumption(bytes: volume)
        return found
    }

    @Test func `a volume on the disk has its size, and one in memory is kept to it by the kernel`() {
        let limits = StorageLimits(pod([nil], volume: "1Mi"))
        #expect(limits.excess(usage([0], volume: 1 << 20)) == nil)
        let failure = limits.excess(usage([0], volume: (1 << 20) + 1))
        #expect(failure == StepFailure(.evicted, "Usage of EmptyDir volume \"x\" exceeds the limit \"1Mi\". "))
        #expect(StorageLimits(pod([nil], volume: "1Mi", medium: "Memory")).isEmpty)
        #expect(StorageLimits(pod([nil], volume: "0")).isEmpty && StorageLimits(pod([nil])).isEmpty)
    }

    @Test func `a container has its limit, and the pod that of all together`() {
        let limits = StorageLimits(pod(["1Mi", "2Mi"]))
        #expect(limits.excess(usage([1 << 20, 2 << 20])) == nil)
        #expect(
            limits.excess(usage([2 << 20, 0]))?.message
                == "Container c0 exceeded its local ephemeral storage limit \"1Mi\". "
        )
        #expect(
            limits.excess(usage([1 << 20, 1 << 20], volume: 2 << 20))?.message
                == "Pod ephemeral local storage usage exceeds the total limit of containers 3Mi. "
        )
        // As in the kubelet: one without a limit adds nothing to the sum.
        #expect(StorageLimits(pod(["1Mi", nil])).excess(usage([0, 2 << 20])) != nil)
    }

    @Test func `init containers take turns, and sidecars stay`() {
        var pod = pod(["2Mi"])
        func container(_ name: String, _ limit: String, isSidecar: Bool = false) -> Container {
            var container = Container(name: name, image: "i")
            container.resources.limits["ephemeral-storage"] = Quantity(limit)
            if isSidecar { container.restartPolicy = .always }
            return container
        }
        pod.spec.initContainers = [container("s", "1Mi", isSidecar: true), container("i", "5Mi")]
        #expect(StorageLimits(pod).total == 6 << 20)
        pod.spec.initContainers = [container("s", "1Mi", isSidecar: true), container("i", "1Mi")]
        #expect(StorageLimits(pod).total == 3 << 20)
    }

    @Test func `names of one file count once, and links lead nowhere`() throws {
        let folder = try TemporaryDirectory("meter")
        let outside = try TemporaryDirectory("outside")
        _ = try outside.write("large", String(repeating: "x", count: 1 << 20))
        let empty = DiskMeter.walk(folder(""), limit: 100)
        #expect(empty.inodes == 1)
        _ = try folder.write("file", String(repeating: "x", count: 100_000))
        let one = DiskMeter.walk(folder(""), limit: 100)
        #expect(one.inodes == 2 && one.bytes >= 100_000 && one.bytes < 200_000)
        #expect(link(folder("file"), folder("again")) == 0)
        #expect(DiskMeter.walk(folder(""), limit: 100) == one)
        #expect(symlink(outside.path, folder("away")) == 0)
        let linked = DiskMeter.walk(folder(""), limit: 100)
        #expect(linked.inodes == 3 && linked.bytes < one.bytes + 10_000)
        // The folder itself is none either.
        #expect(DiskMeter.walk(folder("away"), limit: 100) == DiskConsumption())
        #expect(DiskMeter.walk(folder("nowhere"), limit: 100) == DiskConsumption())
    }

    @Test func `a walk ends after so many entries with what it has seen`() throws {
        let folder = try TemporaryDirectory("meter")
        for number in 0..<20 { _ = try folder.write("file\(number)", "x") }
        #expect(DiskMeter.walk(folder(""), limit: 5).inodes == 6)
    }
}
