import Glibc
import JSONCoding
import Linux
import OCISpec

/// Layers that no image names and that stay all the same: those of a builder's cache and of its working containers.
///
/// One file each, `images/.swiftlet/leases/NAME.json`. Whoever made it removes it.
public struct Lease: Sendable, Hashable, Codable {
    public var layers: [BuiltLayer]
    /// What the owner wants to know again.
    public var notes: [String: String]

    public init(layers: [BuiltLayer], notes: [String: String] = [:]) {
        self.layers = layers
        self.notes = notes
    }
}

/// The folder of leases. Its calls block for as long as a small file takes.
struct LeaseFolder: Sendable {
    private static let sizeLimit = 4 << 20
    let directory: String

    private func path(_ name: String) -> String { "\(directory)/\(name).json" }

    /// Nil where there is none.
    func read(_ name: String) throws -> Lease? {
        do {
            return try JSON.decode(Lease.self, from: try FileSystem.read(path(name), limit: Self.sizeLimit))
        } catch let error as SystemError {
            guard error.errno == ENOENT else { throw error }
            return nil
        }
    }

    func write(_ lease: Lease, as name: String) throws {
        try FileSystem.makeDirectories(directory, mode: 0o700)
        try FileSystem.writeAtomically(path(name), try JSON.encode(lease), durable: true)
    }

    /// Notes that a lease has been used just now.
    func touch(_ name: String) throws(SystemError) {
        try retrying("utimensat", path(name)) { utimensat(AT_FDCWD, path(name), nil, 0) }
    }

    func remove(_ name: String) throws(SystemError) { try FileSystem.removeFile(path(name)) }

    /// All names, with the second since 1970 in which each was used last.
    func all() throws -> [(name: String, used: Int64)] {
        guard FileSystem.exists(directory) else { return [] }
        return try FileSystem.list(directory).filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.compactMap {
            file in
            var status = stat()
            // Gone meanwhile.
            guard stat("\(directory)/\(file)", &status) == 0 else { return nil }
            return (String(file.dropLast(5)), Int64(status.st_mtim.tv_sec))
        }
    }
}
