import Glibc
import JSONCoding
import Linux

/// The records of pods on disk. Anything that waits for the disk runs on a thread of its own.
public final class PodRecords: Sendable {
    private let directories: EngineConfiguration.Directories
    /// More than any manifest that was accepted can become.
    private static let sizeLimit = 64 << 20
    private let thread = DedicatedThread(name: "pod-records")

    init(_ directories: EngineConfiguration.Directories) {
        self.directories = directories
    }

    /// Writes a pod's record so that it outlives the agent, not yet so that it outlives a power cut.
    ///
    /// The page cache survives a killed agent, so no fsync is needed for what is made next to be found again. A power cut
    /// takes away everything that the record protects against leaking (mounts, namespaces, cgroups, processes), and a
    /// record that it leaves empty reads as "remove what is there by this UID". `save` makes it durable as soon as the
    /// pod runs: the start of a container does not wait for the disk.
    func write(_ record: PodRecord, at paths: PodPaths) throws {
        try FileSystem.makeDirectories(paths.state, mode: 0o700)
        try FileSystem.writeAtomically(
            paths.record,
            try JSON.encode(record, style: .pretty),
            mode: 0o600,
            durable: false
        )
    }

    /// Writes the record of a pod that has become another one, durably: its containers and volumes would not survive a record
    /// that a power cut leaves empty.
    func replace(_ record: PodRecord, at paths: PodPaths) async throws {
        let bytes = try JSON.encode(record, style: .pretty)
        try await thread.run {
            try FileSystem.writeAtomically(paths.record, bytes, mode: 0o600, durable: true)
        }
    }

    /// Writes restart counts and ends, and makes the record beside them durable too.
    func save(_ history: PodHistory, at paths: PodPaths) async throws {
        let bytes = try JSON.encode(history, style: .pretty)
        try await thread.run {
            let record = try Descriptor.open(paths.record, O_RDONLY)
            try record.synchronize()
            try FileSystem.writeAtomically(paths.history, bytes, mode: 0o600, durable: true)
        }
    }

    /// Writes restart counts and ends so that they outlive the agent, for the moment before an attempt's files go.
    func note(_ history: PodHistory, at paths: PodPaths) throws {
        let bytes = try JSON.encode(history, style: .pretty)
        try FileSystem.writeAtomically(paths.history, bytes, mode: 0o600, durable: false)
    }

    /// Removes folders with everything in them. All are tried; what failed is answered.
    func remove(_ trees: [String]) async -> [String] { await thread.remove(trees) }

    /// The UIDs of all pods of which anything is left in the state or the run directory.
    func uids() throws(SystemError) -> Set<String> {
        var found: Set<String> = []
        for folder in ["\(directories.state)/pods", "\(directories.run)/pods"] {
            if FileSystem.exists(folder) { found.formUnion(try FileSystem.list(folder)) }
        }
        return found
    }

    /// A pod's record; nil where there is none or none that can be read, which is a pod whose beginning was cut off.
    func record(uid: String) throws -> PodRecord? {
        let path = "\(directories.state)/pods/\(uid)/pod.json"
        guard FileSystem.exists(path) else { return nil }
        let bytes = try FileSystem.read(path, limit: Self.sizeLimit)
        let record = try JSON.decode(PodRecord.self, from: bytes)
        guard record.version == PodRecord.version, record.pod.metadata.uid == uid else { return nil }
        return record
    }

    /// A pod's restart counts and ends; nil where none were saved.
    func history(uid: String) throws -> PodHistory? {
        let path = "\(directories.state)/pods/\(uid)/state.json"
        guard FileSystem.exists(path) else { return nil }
        let bytes = try FileSystem.read(path, limit: Self.sizeLimit)
        let history = try JSON.decode(PodHistory.self, from: bytes)
        return history.version == PodRecord.version ? history : nil
    }
}
