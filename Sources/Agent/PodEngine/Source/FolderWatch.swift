import Glibc
import Linux

/// inotify on a folder, on the folder above it (a folder may be swapped by rename or symlink), and on files that are
/// symlinks to elsewhere.
struct FolderWatch: ~Copyable {
    /// What happened, in the folder's terms.
    enum Change: Hashable {
        /// Something is at this name that was not there before, or leads elsewhere.
        case appeared(String)
        /// Its mode, owner or times are other ones: whether it is complete is not said by that.
        case touched(String)
        /// It is complete: whoever wrote it has closed it, or it came by rename.
        case completed(String)
        /// Somebody is writing it.
        case written(String)
        case vanished(String)
        /// Every file may be another.
        case everything
        /// The kernel's queue was full: every file may be another.
        case lost
        /// The folder itself is gone, new or another: watch anew and look at all files.
        case folder
    }

    private static let content: Inotify.Mask = [
        .create, .modify, .attributes, .closeWrite, .movedTo, .movedFrom, .delete, .deleteSelf, .moveSelf,
        .onlyDirectory,
    ]
    private static let surroundings: Inotify.Mask = [
        .create, .movedTo, .movedFrom, .delete, .deleteSelf, .moveSelf, .onlyDirectory,
    ]
    private static let target: Inotify.Mask = [.closeWrite, .attributes, .moveSelf, .deleteSelf]

    let directory: String
    private let inotify: Inotify
    private var folder: Int32?
    /// The folder in which the watched one, or the missing folder nearest to the root on the way to it, would appear.
    private var above: (watch: Int32, awaited: String)?
    private var targets: [Int32: Set<String>] = [:]

    init(_ directory: String) throws(SystemError) {
        self.directory = directory
        inotify = try Inotify()
    }

    /// Readable when there are changes.
    var descriptor: Int32 { inotify.descriptor.rawValue }

    /// Begins, or begins anew, to watch. False where the folder is not there: its appearance is then a change.
    mutating func establish() throws(SystemError) -> Bool {
        if let folder { try inotify.unwatch(folder) }
        if let above { try inotify.unwatch(above.watch) }
        for watch in targets.keys { try inotify.unwatch(watch) }
        (folder, above, targets) = (nil, nil, [:])
        // From the folder upwards: what is not there cannot be watched, but its appearance can.
        var path = directory
        while true {
            let (parent, name) = FileSystem.split(path)
            do throws(SystemError) {
                above = (try inotify.watch(parent, Self.surroundings), name)
            } catch {
                guard error.errno == ENOENT || error.errno == ENOTDIR, parent != "/", parent != "." else { throw error }
                path = parent
                continue
            }
            // It may have appeared before the watch was there.
            if path != directory, FileSystem.exists(path) {
                if let above { try inotify.unwatch(above.watch) }
                path = directory
                continue
            }
            break
        }
        do throws(SystemError) {
            folder = try inotify.watch(directory, Self.content)
            return true
        } catch {
            if error.errno == ENOENT || error.errno == ENOTDIR { return false }
            throw error
        }
    }

    /// Watches what a symlink in the folder leads to; a link that leads nowhere is watched as a name only.
    mutating func watchTarget(of name: String) {
        // Without this watch the file is still read when its name changes; there may be no more watches to have.
        guard let watch = try? inotify.watch("\(directory)/\(name)", Self.target) else { return }
        targets[watch, default: []].insert(name)
    }

    /// What has happened since the last call.
    mutating func changes() throws(SystemError) -> [Change] {
        var changes: [Change] = []
        for event in try inotify.read() {
            if event.mask.contains(.overflow) {
                changes.append(.lost)
            } else if event.watch == folder {
                changes += inFolder(event)
            } else if event.watch == above?.watch {
                let isGone = !event.mask.isDisjoint(with: [.deleteSelf, .moveSelf, .ignored])
                if isGone || event.name == above?.awaited { changes.append(.folder) }
            } else if let names = targets[event.watch] {
                changes += names.map { .appeared($0) }
                if event.mask.contains(.ignored) { targets[event.watch] = nil }
            }
        }
        return changes
    }

    private func inFolder(_ event: Inotify.Event) -> [Change] {
        let mask = event.mask
        if !mask.isDisjoint(with: [.deleteSelf, .moveSelf, .ignored]) { return [.folder] }
        // `..data` is the symlink that ConfigMap volumes swap: every other file leads through it.
        if event.name.hasPrefix("..") { return mask.isDisjoint(with: [.movedTo, .create]) ? [] : [.everything] }
        guard ManifestFile.isManifest(event.name), !mask.contains(.isDirectory) else { return [] }
        if !mask.isDisjoint(with: [.closeWrite, .movedTo]) { return [.completed(event.name)] }
        if !mask.isDisjoint(with: [.movedFrom, .delete]) { return [.vanished(event.name)] }
        if mask.contains(.modify) { return [.written(event.name)] }
        if mask.contains(.attributes) { return [.touched(event.name)] }
        return [.appeared(event.name)]
    }
}
