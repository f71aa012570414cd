import Cgroups
import PodEngine
import Usage
import UsageSpec

/// The meter's view of the machine: the kernel's groups and the folders of pods.
struct EngineUsage: UsageReading {
    let layout: CgroupLayout

    func group(_ path: String) -> GroupUsage? {
        // A path that cannot be a group's names none.
        guard let group = try? Cgroup(path: path, in: layout), group.exists else { return nil }
        return group.usage()
    }

    func disk(_ folder: String) -> FolderUsage? {
        let found = DiskMeter.walk(folder, limit: DiskMeter.entryLimit)
        // The folder itself is an inode.
        return found.inodes > 0 ? FolderUsage(usedBytes: found.bytes, usedInodes: found.inodes) : nil
    }
}
