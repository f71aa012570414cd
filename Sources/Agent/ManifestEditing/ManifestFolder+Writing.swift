import Glibc
import Linux

extension ManifestFolder {
    /// Does what a plan says. Every new content is on the disk before the first file changes its name; a failure before that leaves
    /// the folder as it was.
    public func carryOut(_ plan: FolderPlan) throws(FolderError) {
        if plan.isEmpty { return }
        var staged: [(temporary: String, change: FileChange)] = []
        defer { for (temporary, _) in staged { _ = unlink(temporary) } }
        do throws(SystemError) {
            for change in plan.files {
                guard let bytes = change.bytes else { continue }
                let temporary = "\(directory)/.swiftlet-\(UInt64.random(in: 0 ... .max)).tmp"
                staged.append((temporary, change))
                try Self.write(bytes, to: temporary, for: change)
            }
        } catch {
            throw .system(error)
        }
        for change in plan.files { try checkUntouched(change) }
        do throws(SystemError) {
            for (temporary, change) in staged { try FileSystem.rename(temporary, "\(directory)/\(change.name)") }
            for change in plan.files where change.bytes == nil { try FileSystem.removeFile("\(directory)/\(change.name)") }
            try FileSystem.synchronize(directory: directory)
        } catch {
            throw .system(error)
        }
    }

    private func checkUntouched(_ change: FileChange) throws(FolderError) {
        if let before = change.before {
            guard !before.isStill(in: directory) else { return }
            throw .conflict(file: change.name, "somebody else has changed it meanwhile: try again")
        }
        guard FileSystem.exists("\(directory)/\(change.name)") else { return }
        throw .conflict(file: change.name, "somebody else has made it meanwhile: try again")
    }

    /// A file in the place of another keeps that one's owner and mode.
    private static func write(_ bytes: [UInt8], to path: String, for change: FileChange) throws(SystemError) {
        let file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
        if let before = change.before?.status, before.userID != geteuid() || before.groupID != getegid() {
            try retrying("fchown", path) { fchown(file.rawValue, before.userID, before.groupID) }
        }
        var mode = change.before?.status.permissions ?? 0o644
        if change.holdsSecret { mode &= 0o600 }
        try retrying("fchmod", path) { fchmod(file.rawValue, mode) }
        try file.writeAll(bytes)
        try file.synchronize()
    }
}
