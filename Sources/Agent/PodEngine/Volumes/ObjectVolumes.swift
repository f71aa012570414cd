import Glibc
import Linux
import PodSpec

/// Makes the volumes of a pod that are made of objects or of its own fields, and brings them up to date. Every call may be
/// repeated.
///
/// What may be secret lies on a tmpfs below a folder that only root enters: the files' modes are for the containers.
package struct ObjectVolumes: Sendable {
    let pod: Pod
    let paths: PodPaths
    let mounts: any PodMounting
    let sources: FieldSources
    let ids: VolumeIDs

    package init(pod: Pod, paths: PodPaths, mounts: any PodMounting, sources: FieldSources) {
        self.init(pod: pod, paths: paths, mounts: mounts, sources: sources, ids: VolumeIDs())
    }

    init(pod: Pod, paths: PodPaths, mounts: any PodMounting, sources: FieldSources, ids: VolumeIDs) {
        self.ids = ids
        self.pod = pod
        self.paths = paths
        self.mounts = mounts
        self.sources = sources
    }

    /// Makes the files what the objects say now. A volume whose object is missing stays as it is; the others follow.
    package func write(at moment: Timestamp) throws(StepFailure) {
        var failure: StepFailure?
        for volume in pod.spec.volumes where volume.followsObjects {
            do throws(StepFailure) { try write(volume, at: moment) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    private func write(_ volume: Volume, at moment: Timestamp) throws(StepFailure) {
        let content = try VolumeContentBuilder(pod: pod, sources: sources).content(of: volume)
        let path = paths.objectVolume(volume)
        do throws(SystemError) {
            // With the sandbox's mode, which may be made at the same time.
            try FileSystem.makeDirectories(paths.run, mode: 0o711)
            if volume.isSecret { try FileSystem.makeDirectories(paths.secretVolumes, mode: 0o700) }
            try FileSystem.makeDirectories(path)
            if volume.isSecret { try mountMemory(on: path) }
            try ids.give(path)
            let group = try pod.spec.securityContext?.fsGroup.map { group throws(SystemError) in try ids.group(group) }
            if let group { try retrying("chown", path) { chown(path, uid_t.max, group) } }
            try retrying("chmod", path) { chmod(path, group == nil ? 0o755 : 0o2755) }
            try AtomicFolder(path, group: group, owner: ids.range?.first).write(content, stamp: moment)
        } catch {
            throw StepFailure(.failedMount, "volume \"\(volume.name)\": \(error)")
        }
    }

    /// Never swapped out, where the kernel (6.4) has a tmpfs of that kind.
    private func mountMemory(on path: String) throws(SystemError) {
        let flags: MountFlags = [.noSetUID, .noDevices, .noExecution]
        do throws(SystemError) {
            try mounts.mountMemory(on: path, flags: flags, options: "mode=0755,noswap")
        } catch {
            guard error.errno == EINVAL else { throw error }
            try mounts.mountMemory(on: path, flags: flags, options: "mode=0755")
        }
    }
}

extension PodPaths {
    /// tmpfs mounts of volumes that may hold secrets; only root enters.
    var secretVolumes: String { "\(run)/secrets" }

    /// Where a volume lies that follows objects: nothing of it outlives a reboot.
    func objectVolume(_ volume: Volume) -> String {
        volume.isSecret ? "\(secretVolumes)/\(volume.name)" : self.volume(volume.name, inMemory: true)
    }
}

extension StepFailure {
    /// A volume that has to wait for an object.
    static func missingObject(_ volume: String, _ message: String) -> StepFailure {
        var failure = StepFailure(.failedMount, "volume \"\(volume)\": \(message)")
        failure.awaitsObjects = true
        return failure
    }
}
