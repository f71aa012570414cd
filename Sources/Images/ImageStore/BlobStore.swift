import Glibc
import Linux
import OCISpec
import Registry

/// The folder `blobs` of an image layout.
struct BlobStore: Sendable {
    let directory: String
    /// Where blobs are written before they have their name; on the same file system.
    let ingestDirectory: String

    func path(_ digest: Digest) -> String { "\(directory)/\(digest.algorithm.rawValue)/\(digest.hex)" }

    /// Whether a blob is there. Blobs come by rename, complete and verified; only their size can be off after a loss of
    /// power, and that is compared where it is known.
    func has(_ digest: Digest, size: Int64? = nil) -> Bool {
        guard let status = try? FileSystem.linkStatus(path(digest)), status.kind == .regular else { return false }
        return size.map { $0 == status.size } ?? true
    }

    /// The bytes of a small blob, whose digest is checked again; nil when it is not there.
    func read(_ digest: Digest, limit: Int) throws -> [UInt8]? {
        let bytes: [UInt8]
        do {
            bytes = try FileSystem.read(path(digest), limit: limit)
        } catch {
            guard error.errno == ENOENT else { throw error }
            return nil
        }
        let actual = Digest.computing(digest.algorithm, over: bytes)
        guard actual == digest else {
            throw ImageError(.digestMismatch, image: digest.description, message: "the stored blob has changed")
        }
        return bytes
    }

    /// Stores a small blob, whose digest the caller knows to be right.
    func write(_ bytes: [UInt8], _ digest: Digest) throws(SystemError) {
        if has(digest, size: Int64(bytes.count)) { return }
        try FileSystem.makeDirectories("\(directory)/\(digest.algorithm.rawValue)")
        try FileSystem.writeAtomically(path(digest), bytes, mode: 0o644, durable: false)
    }

    /// Gives a verified file its name.
    func adopt(_ temporary: String, _ digest: Digest) throws(SystemError) {
        try FileSystem.makeDirectories("\(directory)/\(digest.algorithm.rawValue)")
        try FileSystem.rename(temporary, path(digest))
    }

    func remove(_ digest: Digest) throws(SystemError) {
        try FileSystem.removeFile(path(digest))
    }

    /// All blobs that are there, with their sizes.
    func all() throws -> [Digest: Int64] {
        var found: [Digest: Int64] = [:]
        for algorithm in Digest.Algorithm.allCases {
            let folder = "\(directory)/\(algorithm.rawValue)"
            guard FileSystem.exists(folder) else { continue }
            for name in try FileSystem.list(folder) {
                // Whatever else lies there is not ours.
                guard let digest = try? Digest("\(algorithm.rawValue):\(name)") else { continue }
                found[digest] = try FileSystem.linkStatus("\(folder)/\(name)").size
            }
        }
        return found
    }

    /// Whether the bytes of a blob still have its digest; reads all of it.
    func isIntact(_ digest: Digest) throws -> Bool {
        let file = try Descriptor.open(path(digest), O_RDONLY)
        return try Digest.computing(digest.algorithm, over: file) == digest
    }
}
