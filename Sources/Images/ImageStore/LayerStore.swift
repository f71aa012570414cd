import Archive
import CLinux
import Glibc
import Linux
import OCISpec
import Registry

/// The unpacked layers: a folder each, named by the layer's chain identifier.
struct LayerStore: Sendable {
    let directory: String

    /// Where layers are unpacked, and where removed ones go first; on the same file system.
    var workDirectory: String { "\(directory)/.work" }

    /// SHA-256 is what all chain identifiers are made with; the first one is a diff identifier and may be another.
    func path(_ chainID: Digest) -> String {
        chainID.algorithm == .sha256
            ? "\(directory)/\(chainID.hex)" : "\(directory)/\(chainID.algorithm.rawValue)-\(chainID.hex)"
    }

    func has(_ chainID: Digest) -> Bool { FileSystem.exists(path(chainID)) }

    /// All layers that are there.
    func all() throws -> [Digest] {
        try FileSystem.list(directory).compactMap { name in
            // Whatever else lies there is not ours.
            let text = name.split(separator: "-").count == 2 ? name.replacing("-", with: ":") : "sha256:\(name)"
            return try? Digest(text)
        }
    }

    /// Unpacks a layer into a folder of its own under `name`, checks its diff identifier, and gives it its place.
    ///
    /// Blocks the thread. When it throws, nothing is left.
    func unpack(
        _ source: any ByteSource,
        as chainID: Digest,
        diffID: Digest,
        staging name: String,
        limits: ExtractionLimits
    ) throws {
        let staging = "\(workDirectory)/\(name)"
        do {
            try FileSystem.makeDirectories(staging)
            // mkdir(2) heeds the umask; the root of a container's file system must not.
            try retrying("chmod", staging) { chmod(staging, 0o755) }
            let root = try Descriptor.open(staging, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
            let unpacked = try LayerUnpacker.unpack(
                source,
                into: root,
                hashing: diffID.algorithm.function,
                limits: limits
            )
            let actual = Digest(algorithm: diffID.algorithm, hash: unpacked.hash)
            guard actual == diffID else {
                throw ImageError(
                    .digestMismatch,
                    image: diffID.description,
                    message: "the uncompressed layer has the digest \(actual), the configuration says \(diffID)"
                )
            }
            try place(staging, chainID)
        } catch {
            // What cannot be removed now is removed when the store is opened the next time.
            try? FileSystem.removeTree(staging)
            throw error
        }
    }

    private func place(_ staging: String, _ chainID: Digest) throws(SystemError) {
        let target = path(chainID)
        if clinux_renameat2(AT_FDCWD, staging, AT_FDCWD, target, CLINUX_RENAME_NOREPLACE) == 0 { return }
        let code = errno
        // Another process was faster; its layer has the same digest.
        guard code == EEXIST else { throw SystemError(call: "renameat2", errno: code, subject: target) }
        try FileSystem.removeTree(staging)
    }

    /// Takes a layer out of sight; what it held is removed by `TreeRemoval` on the path that is returned.
    func retire(_ chainID: Digest, as name: String) throws(SystemError) -> String {
        let retired = "\(workDirectory)/\(name)"
        try FileSystem.rename(path(chainID), retired)
        return retired
    }
}
