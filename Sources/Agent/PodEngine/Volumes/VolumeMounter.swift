import Glibc
import Linux
import PodSpec

/// Prepares the volumes of a pod on the host and takes them away again. Every call may be repeated.
package struct VolumeMounter: Sendable {
    let paths: PodPaths
    let mounts: any PodMounting
    let ids: VolumeIDs

    package init(paths: PodPaths, mounts: any PodMounting) {
        self.init(paths: paths, mounts: mounts, ids: VolumeIDs())
    }

    init(paths: PodPaths, mounts: any PodMounting, ids: VolumeIDs) {
        self.ids = ids
        self.paths = paths
        self.mounts = mounts
    }

    /// Makes or checks every volume of the pod, and the `/dev/shm` that its containers share.
    package func prepare(_ pod: Pod) throws(StepFailure) {
        for volume in pod.spec.volumes {
            switch volume.source {
            case .emptyDir(let source): try prepare(emptyDir: source, of: volume, in: pod)
            // As long as the pod: in all else it is an emptyDir on the disk.
            case .ephemeral: try prepare(emptyDir: Volume.EmptyDir(), of: volume, in: pod)
            case .image: break
            case .hostPath(let source): try HostPathCheck(source, volume: volume.name).perform()
            // `ObjectVolumes`, `ClaimFolders` and `RemoteVolumeMounter` make these.
            case .configMap, .secret, .downwardAPI, .projected, .persistentVolumeClaim, .nfs: break
            case .other(let kind, _):
                throw StepFailure(.failedMount, "volume \"\(volume.name)\": \(kind) is not served")
            }
        }
    }

    /// Where a volume lies on the host.
    func path(of volume: Volume) throws(StepFailure) -> String {
        switch volume.source {
        case .emptyDir(let source): return paths.volume(volume.name, inMemory: !source.isOnDisk)
        case .ephemeral: return paths.volume(volume.name, inMemory: false)
        case .image, .nfs: return paths.volume(volume.name, inMemory: true)
        case .hostPath(let source): return source.path
        case .configMap, .secret, .downwardAPI, .projected: return paths.objectVolume(volume)
        case .persistentVolumeClaim(let claim): return "\(paths.claims)/\(claim.claimName)"
        case .other(let kind, _):
            throw StepFailure(.failedMount, "volume \"\(volume.name)\": \(kind) is not served")
        }
    }

    private func prepare(
        emptyDir source: Volume.EmptyDir,
        of volume: Volume,
        in pod: Pod
    ) throws(StepFailure) {
        let path = paths.volume(volume.name, inMemory: !source.isOnDisk)
        let pageSize = source.isHugePages ? try HugePages.size(of: source, in: pod) : nil
        var ownership = VolumeOwnership(of: pod)
        try mounting(volume.name) { () throws(SystemError) in
            if !source.isOnDisk, let group = ownership?.group { ownership?.group = try ids.group(group) }
            try FileSystem.makeDirectories(path)
            if source.isMemory {
                let size = source.sizeLimit.map { ",size=\($0.units)" } ?? ""
                try mounts.mountMemory(on: path, flags: [.noSetUID, .noDevices], options: "mode=0777" + ids.mountOptions + size)
            } else if let pageSize {
                let size = source.sizeLimit.map { ",size=\($0.units)" } ?? ""
                try mounts.mountHugePages(on: path, options: "mode=0777,pagesize=\(pageSize)" + ids.mountOptions + size)
            }
            // Not by mkdir's mode: the agent's umask must not count. With a group its members share what they make.
            if ownership == nil {
                try retrying("chmod", path) { chmod(path, 0o777) }
            } else if try FileSystem.status(path).permissions & 0o777 != 0o777 {
                try retrying("chmod", path) { chmod(path, 0o777) }
            }
            try ownership?.apply(to: path)
        }
    }

    /// The tmpfs behind `/dev/shm`: 64 MiB, as containerd gives every pod.
    func prepareSharedMemory() throws(SystemError) {
        try FileSystem.makeDirectories(paths.sharedMemory)
        try mounts.mountMemory(
            on: paths.sharedMemory,
            flags: [.noSetUID, .noExecution, .noDevices],
            options: "mode=1777,size=65536k"
        )
    }

    /// Unmounts everything that is mounted below the pod's run and state folders, deepest first; what failed is answered.
    package func unmountAll() -> [String] {
        let points: [HostMountPoint]
        do throws(SystemError) {
            points = try mounts.mountPoints(below: [paths.run, paths.state])
        } catch {
            return ["\(error)"]
        }
        // Pinned namespaces are the sandbox room's to remove.
        let spared = paths.namespaces + "/"
        let ours = points.filter { !$0.path.hasPrefix(spared) }
        var failures: [String] = []
        // A privileged container may have mounted folders of the host below a volume that propagates back. As peers of the
        // host's mounts they would take those with them. What is on another machine has no peers there, and whoever opens it
        // waits for that machine.
        for point in ours where !point.isRemote {
            do throws(SystemError) { try mounts.isolate(point.path) } catch { failures.append("\(error)") }
        }
        guard failures.isEmpty else { return failures }
        for point in ours.reversed() {
            do throws(SystemError) { try mounts.unmount(point) } catch { failures.append("\(error)") }
        }
        return failures
    }

    private func mounting(_ volume: String, _ body: () throws(SystemError) -> Void) throws(StepFailure) {
        do throws(SystemError) { try body() } catch {
            throw StepFailure(.failedMount, "volume \"\(volume)\": \(error)")
        }
    }
}
