import Glibc
import JSONCoding
import Linux

/// A folder with one JSON file for each record. It lies in the run directory: what it tells ends with a reboot, as the
/// things it tells of do.
struct RecordFolder<Record: Codable> {
    let path: String

    /// Opens the folder, made if it is missing, without what a killed process did not finish.
    init(_ path: String) throws {
        self.path = path
        try FileSystem.makeDirectories(path, mode: 0o700)
        try FileSystem.removeUnfinished(in: path)
    }

    private func file(_ name: String) throws -> String {
        // Names come from manifests and definitions that were checked; this is the last line.
        guard !name.isEmpty, !name.contains("/"), !name.hasPrefix("."), name.utf8.count < 200 else {
            throw NetworkError.state(file: path, message: "\"\(name)\" cannot be the name of a record")
        }
        return "\(path)/\(name).json"
    }

    func write(_ record: Record, _ name: String) throws {
        try FileSystem.writeAtomically(try file(name), JSON.encode(record), mode: 0o600, durable: false)
    }

    func remove(_ name: String) throws {
        try FileSystem.removeFile(try file(name))
    }

    /// All records by name. A file that cannot be read as one is an error of its own, and the others are returned.
    func readAll() throws -> (records: [String: Record], problems: [NetworkError]) {
        var records: [String: Record] = [:]
        var problems: [NetworkError] = []
        for entry in try FileSystem.list(path) where entry.hasSuffix(".json") && !entry.hasPrefix(".") {
            do {
                let bytes = try FileSystem.read("\(path)/\(entry)", limit: 1 << 20)
                records[String(entry.dropLast(5))] = try JSON.decode(Record.self, from: bytes)
            } catch {
                problems.append(.state(file: "\(path)/\(entry)", message: "\(error)"))
            }
        }
        return (records, problems)
    }
}
