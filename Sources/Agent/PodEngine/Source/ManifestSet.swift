import JSONCoding
import Linux
import PodSpec

/// Puts the files of the watched folder together: the last good version of each pod and object, and who was first. No I/O.
package struct ManifestSet: Sendable {
    private struct File: Sendable {
        /// The last good version of each pod of the file, in its order.
        var pods: [DecodedPod] = []
        /// The same of everything else.
        var objects: [DecodedObject] = []
        var problems: [ManifestProblem] = []
        /// Counts files in the order in which they were first seen.
        var order: Int
        /// It has vanished a moment ago and may be back, or have another name, in the next.
        var isLeaving = false
    }

    private var files: [String: File] = [:]
    private var nextOrder = 0
    /// Which file a pod or object is taken from: who was first stays.
    private var owners: [ObjectName: String] = [:]
    /// The objects of the latest snapshot: what may take their place depends on them.
    private var current: [ObjectName: DesiredObject] = [:]
    /// What was wanted last, or ran before: a pod that it can become keeps its UID.
    private var settled: [PodKey: DesiredPod] = [:]
    /// Something that is wrong with the folder as a whole.
    package var folderProblem: ManifestProblem?

    /// - Parameter incumbents: pods that ran under an earlier agent. They come first, and are the last good version of
    ///   files that cannot be read now.
    ///   - objects: the same of other objects.
    package init(incumbents: [DesiredPod] = [], objects: [DesiredObject] = []) {
        for pod in incumbents.sorted(by: { ($0.file, $0.key) < ($1.file, $1.key) }) {
            var decoded = DecodedPod(pod: pod.pod, warnings: pod.warnings, fingerprint: pod.fingerprint)
            decoded.hasGivenUID = pod.hasGivenUID
            settled[pod.key] = pod
            if files[pod.file] == nil { files[pod.file] = File(order: takeOrder()) }
            files[pod.file]?.pods.append(decoded)
            let name = ObjectName(pod: pod.key)
            if owners[name] == nil { owners[name] = pod.file }
        }
        for object in objects.sorted(by: { ($0.file, $0.name) < ($1.file, $1.name) }) {
            let decoded = DecodedObject(object.object, warnings: object.warnings, fingerprint: object.fingerprint)
            if files[object.file] == nil { files[object.file] = File(order: takeOrder()) }
            files[object.file]?.objects.append(decoded)
            if owners[object.name] == nil { owners[object.name] = object.file }
        }
    }

    /// The files that are known, the vanished included.
    package var names: Set<String> { Set(files.keys) }

    /// Whether a file is known and has not vanished.
    package func has(_ name: String) -> Bool { files[name].map { !$0.isLeaving } ?? false }

    /// Notes what a file says now.
    package mutating func read(_ name: String, _ result: ManifestResult) {
        let old = files[name]
        let fresh = Set(result.pods.map { ObjectName(pod: $0.name) } + result.objects.map(\.name))
        // A document that does not say whose it is may have been any object's.
        let isAnyones = result.problems.contains { $0.object == nil }
        let broken = result.problems.compactMap(\.object)
        func isKept(_ name: ObjectName) -> Bool {
            !fresh.contains(name) && (isAnyones || broken.contains { $0.mayMean(name) })
        }
        files[name] = File(
            pods: result.pods + (old?.pods ?? []).filter { isKept(ObjectName(pod: $0.name)) },
            objects: result.objects + (old?.objects ?? []).filter { isKept($0.name) },
            problems: result.problems,
            order: old?.order ?? takeOrder()
        )
    }

    /// Notes that a file has vanished. Its pods and objects stay until `remove`, unless another file has them.
    package mutating func leave(_ name: String) {
        files[name]?.isLeaving = true
    }

    /// Notes that a file is gone for good.
    package mutating func remove(_ name: String) {
        files[name] = nil
    }

    /// What is wanted now. Settles who owns a pod or object that several files name.
    package mutating func snapshot() -> ManifestSnapshot {
        var snapshot = ManifestSnapshot()
        for file in files.values { snapshot.problems += file.problems }
        let pods = settle(\.pods, name: { ObjectName(pod: $0.name) }, position: \.position, &snapshot.problems)
        for (file, decoded) in pods {
            var desired = DesiredPod(
                pod: decoded.pod,
                warnings: decoded.warnings,
                fingerprint: decoded.fingerprint,
                file: file
            )
            desired.hasGivenUID = decoded.hasGivenUID
            snapshot.pods[decoded.name] = settled[decoded.name].map(desired.settled(after:)) ?? desired
        }
        let objects = settle(\.objects, name: \.name, position: \.position, &snapshot.problems)
        for (file, decoded) in objects {
            snapshot.objects[decoded.name] = admit(decoded, from: file, &snapshot.problems)
        }
        current = snapshot.objects
        let known = Set(pods.map { ObjectName(pod: $0.1.name) } + objects.map(\.1.name))
        owners = owners.filter { known.contains($0.key) }
        refuseSharedUIDs(in: &snapshot)
        settled = snapshot.pods
        if let folderProblem { snapshot.problems.append(folderProblem) }
        snapshot.problems.sort {
            ($0.file, $0.position?.line ?? 0, $0.path) < ($1.file, $1.position?.line ?? 0, $1.path)
        }
        return snapshot
    }

    /// One document for each name, with its file; who comes too late is a problem.
    private mutating func settle<Decoded>(
        _ documents: KeyPath<File, [Decoded]>,
        name: (Decoded) -> ObjectName,
        position: KeyPath<Decoded, SourcePosition?>,
        _ problems: inout [ManifestProblem]
    ) -> [(String, Decoded)] {
        // By their places: documents are large, and with each change of one file all of them are gone through.
        var candidates: [ObjectName: [(file: String, index: Int)]] = [:]
        for (file, content) in files {
            for (index, decoded) in content[keyPath: documents].enumerated() {
                candidates[name(decoded), default: []].append((file, index))
            }
        }
        var settled: [(String, Decoded)] = []
        settled.reserveCapacity(candidates.count)
        for (key, found) in candidates {
            let ranked = found.count == 1 ? found : found.sorted { rank($0.file, for: key) < rank($1.file, for: key) }
            guard let first = ranked.first, let decoded = files[first.file]?[keyPath: documents][first.index] else { continue }
            owners[key] = first.file
            settled.append((first.file, decoded))
            let what = key.kind == .pod ? "pod \(key.namespace)/\(key.name)" : "\(key)"
            for other in ranked.dropFirst() where files[other.file]?.isLeaving != true {
                var problem = ManifestProblem(
                    file: other.file,
                    position: files[other.file]?[keyPath: documents][other.index][keyPath: position],
                    path: "metadata.name",
                    message: "the \(what) is taken from \(first.file), which was first; \(other.file) names it too"
                )
                problem.object = key
                problems.append(problem)
            }
        }
        return settled
    }

    /// An object, or its earlier version where that must not be replaced. Once it was gone from the folder, a new one is free.
    private func admit(
        _ decoded: DecodedObject,
        from file: String,
        _ problems: inout [ManifestProblem]
    ) -> DesiredObject {
        let wanted = DesiredObject(
            decoded.object,
            warnings: decoded.warnings,
            fingerprint: decoded.fingerprint,
            file: file
        )
        guard let old = current[decoded.name], let refusal = wanted.object.refusal(toReplace: old.object) else {
            return wanted
        }
        var problem = ManifestProblem(
            file: file,
            position: decoded.position,
            path: refusal.path,
            message: refusal.message
        )
        problem.object = decoded.name
        problems.append(problem)
        return old
    }

    /// Present before vanished, the owner before others, then the first seen.
    private func rank(_ name: String, for key: ObjectName) -> (Int, Int, Int) {
        guard let file = files[name] else { return (2, 0, 0) }
        return (file.isLeaving ? 1 : 0, owners[key] == name ? 0 : 1, file.order)
    }

    private mutating func takeOrder() -> Int {
        nextOrder += 1
        return nextOrder
    }

    /// Everything of a pod is named by its UID: two pods must not share one, whatever their manifests say.
    private func refuseSharedUIDs(in snapshot: inout ManifestSnapshot) {
        var holders: [String: [(order: Int, key: PodKey)]] = [:]
        for (key, pod) in snapshot.pods {
            holders[pod.pod.metadata.uid, default: []].append((files[pod.file]?.order ?? 0, key))
        }
        for sharing in holders.values where sharing.count > 1 {
            let ranked = sharing.sorted { ($0.order, $0.key) < ($1.order, $1.key) }
            guard let first = ranked.first.flatMap({ snapshot.pods[$0.key] }) else { continue }
            for (_, key) in ranked.dropFirst() {
                guard let pod = snapshot.pods.removeValue(forKey: key) else { continue }
                var problem = ManifestProblem(
                    file: pod.file,
                    path: "metadata.uid",
                    message: "the pod \(first.key) of \(first.file) has this UID already"
                )
                problem.pod = key
                snapshot.problems.append(problem)
            }
        }
    }
}
