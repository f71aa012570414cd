import Linux

/// What earlier agents left of pods without a readable record: they were killed before it was written or after it was
/// removed, or a power cut emptied it. Nothing can go on from there; it is removed by UID.
struct Leftovers: Sendable {
    let context: EngineContext

    /// What failed.
    func remove(uid: String) async -> [String] {
        let directories = context.configuration.directories
        var logs: [String] = []
        if FileSystem.exists(directories.logs) {
            do throws(SystemError) {
                // <namespace>_<pod>_<uid>
                logs = try FileSystem.list(directories.logs).filter { $0.hasSuffix("_\(uid)") }
            } catch {
                return ["\(error)"]
            }
        }
        let paths = PodPaths(uid: uid, key: PodKey(namespace: "", name: ""), in: directories)
        return await PodRemover(
            paths: paths,
            rooms: context.rooms,
            records: context.records,
            logs: logs.map { "\(directories.logs)/\($0)" }
        ).remove()
    }
}
