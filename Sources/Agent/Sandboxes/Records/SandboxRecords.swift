import Glibc
import JSONCoding
import Linux
import PodEngine

/// The records on disk. Whatever waits for the disk runs on a thread of its own.
struct SandboxRecords: Sendable {
    private static let sizeLimit = 64 << 20

    private let directories: EngineConfiguration.Directories
    private let thread = DedicatedThread(name: "sandbox-records")

    init(_ directories: EngineConfiguration.Directories) { self.directories = directories }

    /// Durable when it returns: what is made next may be found by it.
    func save(_ record: SandboxRecord) async throws {
        let paths = SandboxPaths(id: record.id, in: directories)
        let bytes = try JSON.encode(record, style: .pretty)
        try await thread.run {
            try FileSystem.makeDirectories(paths.containerRecords, mode: 0o700)
            try FileSystem.writeAtomically(paths.record, bytes, mode: 0o600, durable: true)
        }
    }

    /// Variables may hold secrets: only root reads it.
    func save(_ record: ContainerRecord) async throws {
        let path = SandboxPaths(id: record.sandboxID, in: directories).container(record.id).record
        let bytes = try JSON.encode(record, style: .pretty)
        try await thread.run { try FileSystem.writeAtomically(path, bytes, mode: 0o600, durable: true) }
    }

    func removeRecord(of container: ContainerPlace) async throws {
        try await thread.run { try FileSystem.removeFile(container.record) }
    }

    /// Removes folders with everything in them. All are tried; what failed is answered.
    func remove(_ trees: [String]) async -> [String] { await thread.remove(trees) }

    /// The ids of all sandboxes of which anything is left.
    func ids() throws(SystemError) -> Set<String> {
        var found: Set<String> = []
        for folder in ["\(directories.state)/sandboxes", "\(directories.run)/sandboxes"] where FileSystem.exists(folder) {
            found.formUnion(try FileSystem.list(folder))
        }
        return found
    }

    /// Nil where there is none.
    func sandbox(_ id: String) throws -> SandboxRecord? {
        let path = SandboxPaths(id: id, in: directories).record
        guard FileSystem.exists(path) else { return nil }
        let record = try JSON.decode(SandboxRecord.self, from: FileSystem.read(path, limit: Self.sizeLimit))
        return record.version == SandboxRecord.version && record.id == id ? record : nil
    }

    /// Those that can be read, and why others cannot.
    func containers(of sandbox: String) throws(SystemError) -> (records: [ContainerRecord], problems: [String]) {
        let folder = SandboxPaths(id: sandbox, in: directories).containerRecords
        guard FileSystem.exists(folder) else { return ([], []) }
        try FileSystem.removeUnfinished(in: folder)
        var records: [ContainerRecord] = []
        var problems: [String] = []
        for name in try FileSystem.list(folder) where name.hasSuffix(".json") {
            do {
                let bytes = try FileSystem.read("\(folder)/\(name)", limit: Self.sizeLimit)
                let record = try JSON.decode(ContainerRecord.self, from: bytes)
                if record.version == SandboxRecord.version, name == "\(record.id).json", record.sandboxID == sandbox {
                    records.append(record)
                } else {
                    problems.append("\(folder)/\(name): a record of another version, or another container's")
                }
            } catch {
                problems.append("\(folder)/\(name): \(error)")
            }
        }
        return (records, problems)
    }
}
