import Glibc
import JSONCoding
import Linux
import PodSpec

/// The records of workloads on disk. What waits for the disk runs on a thread of its own.
package final class WorkloadRecords: Sendable {
    private let directory: String
    /// More than any that was written: a manifest has 4 MiB at most, a CronJob keeps few jobs of it.
    private static let sizeLimit = 256 << 20
    private let thread = DedicatedThread(name: "workloads")

    /// - Parameter state: the state folder of the engine.
    package init(state: String) {
        directory = "\(state)/workloads"
    }

    /// What earlier agents wrote down, and what of it cannot be read. A record that cannot be read is left where it is, under
    /// another name: the workload begins anew.
    package func load() throws -> (records: [WorkloadRecord], problems: [String]) {
        guard FileSystem.exists(directory) else { return ([], []) }
        var records: [WorkloadRecord] = []
        var problems: [String] = []
        for name in try FileSystem.list(directory) where name.hasSuffix(".json") && !name.hasPrefix(".") {
            let path = "\(directory)/\(name)"
            do {
                let record = try JSON.decode(
                    WorkloadRecord.self,
                    from: try FileSystem.read(path, limit: Self.sizeLimit)
                )
                guard record.version == WorkloadRecord.version, Self.file(record.name) == name else {
                    throw WorkloadRecordProblem.foreign
                }
                records.append(record)
            } catch {
                problems.append("\(path): \(error)")
                try FileSystem.rename(path, "\(path).unreadable")
            }
        }
        return (records, problems)
    }

    /// Makes the folder what it is to be: writes and removes. When it returns, all of it is on disk.
    package func write(_ records: [(record: WorkloadRecord, isDurable: Bool)], removing names: [WorkloadName]) async throws {
        let directory = directory
        try await thread.run {
            if !records.isEmpty { try FileSystem.makeDirectories(directory, mode: 0o700) }
            for (record, isDurable) in records {
                try FileSystem.writeAtomically(
                    "\(directory)/\(Self.file(record.name))",
                    try JSON.encode(record, style: .pretty),
                    mode: 0o600,
                    durable: isDurable
                )
            }
            for name in names {
                let path = "\(directory)/\(Self.file(name))"
                if FileSystem.exists(path) { try FileSystem.removeFile(path) }
            }
        }
    }

    /// `deployment_default_web.json`. Names of objects have no `_`; the longest, with its namespace, fits in 255 bytes or is
    /// cut, with its digest instead of the rest.
    private static func file(_ name: WorkloadName) -> String {
        let text = "\(name.kind.rawValue.lowercased())_\(name.namespace)_\(name.name)"
        guard text.utf8.count > 200 else { return "\(text).json" }
        let digest = PodIdentity.uid(namespace: name.namespace, name: name.name, fingerprint: name.kind.rawValue)
        return "\(text.prefix(200))_\(digest).json"
    }
}

enum WorkloadRecordProblem: Error, CustomStringConvertible {
    case foreign

    var description: String { "is of another version, or not what its name says" }
}
