import Cgroups
import OCISpec

extension ContainerEngine {
    /// Gives a container other limits; what is absent stays as it is.
    public func update(id: String, resources: RuntimeSpec.Linux.Resources) throws(RuntimeError) {
        let store = try store(id)
        let lock = try store.lock()
        defer { withExtendedLifetime(lock) {} }
        let record = try store.record()
        if status(of: record, store) == .stopped { throw RuntimeError(.wrongState, "container not running") }
        guard let cgroup = record.cgroup else { throw RuntimeError(.unsupported, "container \(id) has no cgroup") }
        let warnings = try cgroupStep("update the container") { () throws(CgroupError) in try cgroup.update(resources) }
        warnings.forEach(configuration.warn)
    }
}
