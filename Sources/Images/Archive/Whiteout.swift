import CLinux
import Glibc
import Linux

/// What a name beginning with `.wh.` says about the layers below (image specification, `layer.md`).
enum Whiteout {
    /// The name is gone.
    case removes(ArchivePath)
    /// Everything that the layers below have in the folder of this path is gone.
    case opaque(ArchivePath)
    /// A file of aufs's own household.
    case ignored

    private static let prefix = Array(".wh.".utf8)
    private static let opaqueName = Array(".wh..wh..opq".utf8)
    private static let householdPrefix = Array(".wh..wh.".utf8)

    /// nil for an ordinary name.
    init?(_ path: ArchivePath) throws(ArchiveError) {
        guard path.base.starts(with: Self.prefix) else { return nil }
        if path.base.elementsEqual(Self.opaqueName) {
            self = .opaque(path)
            return
        }
        if path.base.starts(with: Self.householdPrefix) {
            self = .ignored
            return
        }
        let name = path.base.dropFirst(Self.prefix.count)
        // `.wh.`, `.wh..` and `.wh...` would mark nothing, the folder itself and the one above it.
        guard !name.isEmpty, !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8) else {
            throw ArchiveError(.badName("a whiteout of nothing or of a parent"))
        }
        self = .removes(try path.sibling(name))
    }

    /// Whether a file is overlayfs's sign for a deleted name.
    static func isMarker(_ status: stat) -> Bool {
        status.st_mode & S_IFMT == S_IFCHR && status.st_rdev == 0
    }

    /// overlayfs's sign for a folder that hides what is below it. User namespaces would need `user.overlay.opaque`.
    static func makeOpaque(_ folder: Int32, _ subject: String) throws(SystemError) {
        try retrying("fsetxattr", "\(subject) trusted.overlay.opaque") {
            fsetxattr(folder, "trusted.overlay.opaque", "y", 1, 0)
        }
    }
}
