import Glibc
import JSONCoding
import Linux

/// A folder with one JSON file for each record. In the run directory, what it tells ends with a reboot, as the things it tells of
/// do; one that is durable tells of things that outlive that.
struct RecordFolder<Record: Codable> {
    let path: String
    private let isDurable: Bool

    /// Opens the folder, made if it is missing, without what a killed process did not finish.
    init(_ path: String, isDurable: Bool = false) throws {
        self.path = path
        self.isDurable = isDurable
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
        try FileSystem.writeAtomically(try file(name), JSON.encode(record), mode: 0o600, durable: isDurable)
    }

    func remove(_ name: String) throws {
        try FileSystem.removeFile(try file(name))
    }

    /// The record of a name, nil where there is none.
    func read(_ name: String) throws -> Record? {
        let path = try file(name)
        guard let bytes = try bytes(path) else { return nil }
        do { return try JSON.decode(Record.self, from: bytes) } catch {
            throw NetworkError.state(file: path, message: "\(error)")
        }
    }

    private func bytes(_ path: String) throws(SystemError) -> [UInt8]? {
        do throws(SystemError) { return try FileSystem.read(path, limit: 1 << 20) } catch {
            guard error.errno == ENOENT else { throw error }
            return nil
        }
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
