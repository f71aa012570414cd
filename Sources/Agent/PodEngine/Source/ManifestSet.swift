import JSONCoding
import Linux
import PodSpec

/// Puts the files of the watched folder together: the last good version of each pod, and who was first. No I/O.
package struct ManifestSet: Sendable {
    private struct File: Sendable {
        /// The last good version of each pod of the file, in its order.
        var pods: [DecodedPod]
        var problems: [ManifestProblem]
        /// Counts files in the order in which they were first seen.
        var order: Int
        /// It has vanished a moment ago and may be back, or have another name, in the next.
        var isLeaving = false
    }

    private var files: [String: File] = [:]
    private var nextOrder = 0
    /// Which file a pod is taken from: who was first stays.
    private var owners: [PodKey: String] = [:]
    /// Something that is wrong with the folder as a whole.
    package var folderProblem: ManifestProblem?

    /// - Parameter incumbents: pods that ran under an earlier agent. They come first, and are the last good version of
    ///   files that cannot be read now.
    package init(incumbents: [DesiredPod] = []) {
        for pod in incumbents.sorted(by: { ($0.file, $0.key) < ($1.file, $1.key) }) {
            let decoded = DecodedPod(pod: pod.pod, warnings: pod.warnings, fingerprint: pod.fingerprint)
            if files[pod.file] == nil { files[pod.file] = File(pods: [], problems: [], order: takeOrder()) }
            files[pod.file]?.pods.append(decoded)
            if owners[pod.key] == nil { owners[pod.key] = pod.file }
        }
    }

    /// The files that are known, the vanished included.
    package var names: Set<String> { Set(files.keys) }

    /// Whether a file is known and has not vanished.
    package func has(_ name: String) -> Bool { files[name].map { !$0.isLeaving } ?? false }

    /// Notes what a file says now.
    package mutating func read(_ name: String, _ result: ManifestResult) {
        let old = files[name]
        let fresh = Set(result.pods.map(\.name))
        // A document that does not say whose it is may have been any pod's.
        let isAnyones = result.problems.contains { $0.pod == nil }
        let broken = Set(result.problems.compactMap(\.pod))
        let kept = (old?.pods ?? []).filter { !fresh.contains($0.name) && (isAnyones || broken.contains($0.name)) }
        files[name] = File(
            pods: result.pods + kept,
            problems: result.problems,
            order: old?.order ?? takeOrder()
        )
    }

    /// Notes that a file has vanished. Its pods stay until `remove`, unless another file has them.
    package mutating func leave(_ name: String) {
        files[name]?.isLeaving = true
    }

    /// Notes that a file is gone for good.
    package mutating func remove(_ name: String) {
        files[name] = nil
    }

    /// What is wanted now. Settles who owns a pod that several files name.
    package mutating func snapshot() -> ManifestSnapshot {
        var snapshot = ManifestSnapshot()
        var candidates: [PodKey: [(file: String, decoded: DecodedPod)]] = [:]
        for (name, file) in files {
            snapshot.problems += file.problems
            for decoded in file.pods { candidates[decoded.name, default: []].append((name, decoded)) }
        }
        owners = owners.filter { candidates[$0.key] != nil }
        for (key, found) in candidates {
            let ranked = found.sorted { rank($0.file, for: key) < rank($1.file, for: key) }
            guard let first = ranked.first else { continue }
            owners[key] = first.file
            snapshot.pods[key] = DesiredPod(
                pod: first.decoded.pod,
                warnings: first.decoded.warnings,
                fingerprint: first.decoded.fingerprint,
                file: first.file
            )
            for other in ranked.dropFirst() where files[other.file]?.isLeaving != true {
                var problem = ManifestProblem(
                    file: other.file,
                    position: other.decoded.position,
                    path: "metadata.name",
                    message: "the pod \(key) is taken from \(first.file), which was first; \(other.file) names it too"
                )
                problem.pod = key
                snapshot.problems.append(problem)
            }
        }
        refuseSharedUIDs(in: &snapshot)
        if let folderProblem { snapshot.problems.append(folderProblem) }
        snapshot.problems.sort {
            ($0.file, $0.position?.line ?? 0, $0.path) < ($1.file, $1.position?.line ?? 0, $1.path)
        }
        return snapshot
    }

    /// Present before vanished, the owner before others, then the first seen.
    private func rank(_ name: String, for key: PodKey) -> (Int, Int, Int) {
        guard let file = files[name] else { return (2, 0, 0) }
        return (file.isLeaving ? 1 : 0, owners[key] == name ? 0 : 1, file.order)
    }

    private mutating func takeOrder() -> Int {
        nextOrder += 1
        return nextOrder
    }

    /// Everything of a pod is named by its UID: two pods must not share one, whatever their manifests say.
    private func refuseSharedUIDs(in snapshot: inout ManifestSnapshot) {
        var seen: [String: DesiredPod] = [:]
        let ranked = snapshot.pods.values.sorted {
            (files[$0.file]?.order ?? 0, $0.key) < (files[$1.file]?.order ?? 0, $1.key)
        }
        for pod in ranked {
            guard let first = seen.updateValue(pod, forKey: pod.pod.metadata.uid) else { continue }
            seen[pod.pod.metadata.uid] = first
            snapshot.pods[pod.key] = nil
            var problem = ManifestProblem(
                file: pod.file,
                path: "metadata.uid",
                message: "the pod \(first.key) of \(first.file) has this UID already"
            )
            problem.pod = pod.key
            snapshot.problems.append(problem)
        }
    }
}
