import Archive
import Glibc
import Linux

/// A tar archive, unpacked where nothing else is.
enum ArchiveFolder {
    /// Unpacks the archive at a path, compressed or not.
    static func unpack(_ path: String, shown: String) async throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let target = folder.path
        do {
            try await onThread(named: "untar") {
                let archive = FileSource(try Descriptor.open(path, O_RDONLY))
                let root = try Descriptor.open(target, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
                _ = try LayerUnpacker.unpack(archive, into: root)
            }
        } catch {
            throw TransportError(shown, "\(error)")
        }
        return folder
    }
}
