import Glibc
import Linux
import PodEngine

/// A file of the folder as it was read.
struct FolderFile: Sendable {
    var name: String
    var text: ManifestText
    var status: FileStatus
    /// Why nothing in it can be edited.
    var obstacle: String?

    /// Nil where it is gone, or no regular file: the agent takes nothing from it either.
    init?(_ name: String, in directory: String) throws(SystemError) {
        let path = "\(directory)/\(name)"
        do throws(SystemError) {
            let isLink = try FileSystem.linkStatus(path).kind == .symbolicLink
            // Never blocks, whatever somebody has put there.
            let file = try Descriptor.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
            status = try file.status()
            guard status.kind == .regular, status.size <= ManifestFile.sizeLimit else { return nil }
            text = ManifestText(try file.readToEnd(limit: Int(ManifestFile.sizeLimit)), name: name)
            if isLink { obstacle = "it is a symlink: edit the file that it leads to" }
        } catch {
            guard error.errno == ENOENT || error.errno == ELOOP else { throw error }
            return nil
        }
        self.name = name
    }

    /// Whether the same file is still there, with the same content as far as its times tell.
    func isStill(in directory: String) -> Bool {
        // Gone is not the same.
        guard let now = try? FileSystem.linkStatus("\(directory)/\(name)") else { return false }
        return now.inode == status.inode && now.modified == status.modified && now.size == status.size
    }
}
