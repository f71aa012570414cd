import Glibc
import Linux
import PodSpec
import Synchronization

/// The folders of PersistentVolumeClaims, `<state>/volumes/<namespace>/<claim>`: they outlive the pods that use them.
///
/// A folder goes only where its claim said `swiftlet/reclaim: Delete`, its manifest is surely gone, and no pod uses it. That
/// it is to go is on disk (`<state>/volumes/.reclaim/<namespace>_<claim>`) as long as the claim says so: an agent that was not
/// there when the manifest went finds it. No namespace begins with a dot.
final class ClaimFolders: Sendable {
    typealias Claim = ClaimBook.Claim

    private struct State {
        var book = ClaimBook()
        /// What wakes the pods that wait for a claim, by UID.
        var wakers: [String: @Sendable () -> Void] = [:]
        /// The claims that may have a manifest. Until the folder has been read, all may.
        var hasManifest: @Sendable (Claim) -> Bool = { _ in true }
        var nextTrash = 0
    }

    private let root: String
    private let mounts: any PodMounting
    private let state = Mutex(State())

    init(state directory: String, mounts: any PodMounting) {
        root = "\(directory)/volumes"
        self.mounts = mounts
    }

    private var reclaim: String { "\(root)/.reclaim" }
    private var trash: String { "\(root)/.trash" }

    private func path(_ claim: Claim) -> String { "\(root)/\(claim.namespace)/\(claim.name)" }
    private func mark(_ claim: Claim) -> String { "\(reclaim)/\(claim.namespace)_\(claim.name)" }

    /// Takes note of what the folder of manifests says: which claims there are, and whose folder is to go with them.
    func settle(_ snapshot: ManifestSnapshot) throws(SystemError) {
        let problems = snapshot.problems.map(\.object)
        let known = Set(snapshot.objects.keys)
        state.withLock { state in
            state.hasManifest = { claim in
                let name = ObjectName(.persistentVolumeClaim, namespace: claim.namespace, name: claim.name)
                // What is broken, or not there as a whole, may hold it.
                return known.contains(name) || problems.contains { $0?.mayMean(name) ?? true }
            }
        }
        for object in snapshot.objects.values {
            guard case .persistentVolumeClaim(let claim) = object.object else { continue }
            let mark = mark(Claim(namespace: claim.metadata.namespace, name: claim.metadata.name))
            switch (claim.reclaimPolicy, FileSystem.exists(mark)) {
            case (.delete, false):
                try FileSystem.makeDirectories(reclaim, mode: 0o700)
                try FileSystem.writeAtomically(mark, [], mode: 0o600, durable: false)
            case (.retain, true): try FileSystem.removeFile(mark)
            default: break
            }
        }
    }

    /// A pod of an earlier agent goes on using what it has.
    func adopt(_ pod: Pod) {
        state.withLock { state in
            for claim in pod.claims { _ = state.book.use(claim, by: pod.metadata.uid, alone: false) }
        }
    }

    /// Makes the folders of a pod's claims, where they exist and the pod may use them. `wake` is called when one that another
    /// pod has for itself may be free.
    func prepare(_ pod: Pod, _ objects: PodObjects, wake: @escaping @Sendable () -> Void) throws(StepFailure) {
        for volume in pod.spec.volumes {
            guard case .persistentVolumeClaim(let reference) = volume.source else { continue }
            let claim = Claim(namespace: pod.metadata.namespace, name: reference.claimName)
            guard let object = objects.claims[claim.name] else {
                throw .missingObject(volume.name, "persistentvolumeclaim \"\(claim.name)\" not found")
            }
            let alone = object.spec.accessModes.contains(.readWriteOncePod)
            let isFree = state.withLock { state in
                let isFree = state.book.use(claim, by: pod.metadata.uid, alone: alone)
                state.wakers[pod.metadata.uid] = isFree ? nil : wake
                return isFree
            }
            guard isFree else {
                let message = "claim \"\(claim.name)\" has the access mode ReadWriteOncePod and is in use by another pod"
                throw .missingObject(volume.name, message)
            }
            do throws(SystemError) {
                try make(claim)
                // As with the kubelet: what the pod cannot write to is left alone.
                if !(reference.readOnly ?? false) { try VolumeOwnership(of: pod)?.apply(to: path(claim)) }
            } catch {
                throw StepFailure(.failedMount, "volume \"\(volume.name)\": \(error)")
            }
        }
    }

    /// Nothing of a pod uses a claim any more: who waited for one is woken.
    func release(_ uid: String) {
        let woken = state.withLock { state in
            state.wakers[uid] = nil
            return state.book.release(uid).compactMap { state.wakers.removeValue(forKey: $0) }
        }
        for wake in woken { wake() }
    }

    /// Puts folders that are to go aside, and answers where what can be removed lies. What is put aside is not found by a new
    /// claim of its name.
    func discarded() throws(SystemError) -> [String] {
        for name in FileSystem.exists(reclaim) ? try FileSystem.list(reclaim) : [] {
            // <namespace>_<claim>; neither has a `_`.
            let parts = name.split(separator: "_", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { continue }
            let claim = Claim(namespace: parts[0], name: parts[1])
            // The decision and the move are one: no pod begins to use it in between.
            let result: Result<Void, SystemError> = state.withLock { state in
                guard !state.book.isUsed(claim), !state.hasManifest(claim) else { return .success(()) }
                state.nextTrash += 1
                let target = "\(trash)/\(name)_\(Timestamp.now.nanosecondsSinceEpoch)_\(state.nextTrash)"
                do throws(SystemError) {
                    // What a container has mounted there would be emptied with it.
                    if FileSystem.exists(path(claim)), try mounts.mountPoints(below: [path(claim)]).isEmpty {
                        try FileSystem.makeDirectories(trash, mode: 0o700)
                        try FileSystem.rename(path(claim), target)
                    }
                    if !FileSystem.exists(path(claim)) { try FileSystem.removeFile(mark(claim)) }
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }
            try result.get()
        }
        return FileSystem.exists(trash) ? try FileSystem.list(trash).map { "\(trash)/\($0)" } : []
    }

    /// As wide open as the disks of other provisioners of one node: who may write is the containers' users' affair.
    private func make(_ claim: Claim) throws(SystemError) {
        let folder = path(claim)
        // It may have been made, and its mode changed, by a pod before.
        if FileSystem.exists(folder) { return }
        try FileSystem.makeDirectories(root, mode: 0o700)
        try FileSystem.makeDirectories(FileSystem.split(folder).directory, mode: 0o700)
        try FileSystem.makeDirectories(folder)
        // Not by mkdir's mode: the agent's umask must not count.
        try retrying("chmod", folder) { chmod(folder, 0o777) }
    }
}

extension Pod {
    /// The claims that its volumes name.
    var claims: [ClaimBook.Claim] {
        spec.volumes.compactMap { volume in
            guard case .persistentVolumeClaim(let reference) = volume.source else { return nil }
            return ClaimBook.Claim(namespace: metadata.namespace, name: reference.claimName)
        }
    }
}
