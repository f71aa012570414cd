import CLinux
import Glibc
import Linux

/// A container's root that is being changed: layers below, and a folder that takes the changes in overlayfs's form.
struct OverlayFolders: Sendable {
    /// The layers' folders, bottom first.
    var lower: [String]
    var upper: String
    var work: String
    /// A folder that lies below all layers.
    var bottom: String

    /// What overlayfs must not do: what it would write could not be said in a layer.
    private static let plain = ["redirect_dir=off", "metacopy=off", "index=off", "xino=off"]

    /// Makes the upper folder of a root upon these layers, in a folder of the caller's.
    static func make(in folder: String, upon lower: [String]) throws(SystemError) -> OverlayFolders {
        let folders = OverlayFolders(
            lower: lower,
            upper: "\(folder)/upper",
            work: "\(folder)/work",
            bottom: "\(folder)/bottom"
        )
        for path in [folders.upper, folders.work, folders.bottom] { try FileSystem.makeDirectories(path, mode: 0o755) }
        // The root of what is mounted is the upper folder itself: it begins as the one below is.
        var status = stat()
        status.st_mode = 0o755
        if let top = lower.last { try retrying("stat", top) { stat(top, &status) } }
        try retrying("chown", folders.upper) { chown(folders.upper, status.st_uid, status.st_gid) }
        try retrying("chmod", folders.upper) { chmod(folders.upper, status.st_mode & 0o7777) }
        try retrying("chmod", folders.bottom) { chmod(folders.bottom, 0o755) }
        return folders
    }

    /// Whether the root itself has another mode or owner than the one below.
    func rootHasChanged() throws(SystemError) -> Bool {
        var (old, new) = (stat(), stat())
        old.st_mode = 0o755
        if let top = lower.last { try retrying("stat", top) { stat(top, &old) } }
        try retrying("stat", upper) { stat(upper, &new) }
        return old.st_mode & 0o7777 != new.st_mode & 0o7777 || old.st_uid != new.st_uid || old.st_gid != new.st_gid
    }

    /// Options for mount(2), the lower folders top first in one.
    var mountOptions: [String] {
        ["lowerdir=" + lowerFolders.joined(separator: ":"), "upperdir=\(upper)", "workdir=\(work)"] + Self.plain
    }

    private var lowerFolders: [String] { lower.reversed() + [bottom] }

    /// Mounts the root where everybody sees it.
    func mount(on path: String) throws(SystemError) {
        let options = mountOptions.joined(separator: ",")
        // mount(2) takes a page at most.
        if options.utf8.count < 4096 { return try Mount.mount("overlay", on: path, type: "overlay", options: options) }
        let layers = lowerFolders.map { "lowerdir+=\($0)" }
        let overlay = try DetachedMount.make(
            type: "overlay",
            source: "overlay",
            options: layers + ["upperdir=\(upper)", "workdir=\(work)"] + Self.plain
        )
        try overlay.attach(on: try Descriptor.open(path, CLINUX_O_PATH | O_DIRECTORY), subject: path)
    }

    /// Runs `body` with the root mounted where nobody else sees it. Blocks the thread.
    func withTree<Result>(_ body: (borrowing Descriptor) throws -> Result) throws -> Result {
        try Self.withTree(lowerFolders, ["upperdir=\(upper)", "workdir=\(work)"], body)
    }

    /// The same for layers that only are looked at; `bottom` is an empty folder.
    static func withTree<Result>(
        of layers: [String],
        bottom: String,
        _ body: (borrowing Descriptor) throws -> Result
    ) throws -> Result {
        // One folder alone is no overlay.
        if layers.isEmpty { return try body(try Descriptor.open(bottom, O_RDONLY | O_DIRECTORY)) }
        return try withTree(layers.reversed() + [bottom], [], body)
    }

    private static func withTree<Result>(
        _ lower: [String],
        _ writable: [String],
        _ body: (borrowing Descriptor) throws -> Result
    ) throws -> Result {
        var options = lower.map { "lowerdir+=\($0)" } + writable
        if !writable.isEmpty { options += plain }
        let mounted: Int32
        do throws(SystemError) {
            mounted = try DetachedMount.make(type: "overlay", source: "overlay", options: options).release()
        } catch {
            // Linux before 6.5 takes no layer by itself, and strings of 255 bytes at most.
            guard error.errno == EINVAL else { throw error }
            return try withAttachedTree(lower, writable, body)
        }
        let root = Descriptor(owning: mounted)
        return try body(root)
    }

    /// mount(2) in a mount namespace of a thread of its own; layers by the numbers of open descriptors, which are short.
    private static func withAttachedTree<Result>(
        _ lower: [String],
        _ writable: [String],
        _ body: (borrowing Descriptor) throws -> Result
    ) throws -> Result {
        try FreshThread.runBlocking(named: "tree") { () throws -> Result in
            try Namespace.unshare([.mount])
            try Mount.mount(nil, on: "/", flags: [.private, .recursive])
            var numbers: [Int32] = []
            defer { for number in numbers { close(number) } }
            for folder in lower { numbers.append(try Descriptor.open(folder, CLINUX_O_PATH | O_DIRECTORY).release()) }
            let layers = "lowerdir=" + numbers.map { "/proc/self/fd/\($0)" }.joined(separator: ":")
            let options = ([layers] + writable + (writable.isEmpty ? [] : plain)).joined(separator: ",")
            let target = lower[lower.count - 1]
            try Mount.mount("overlay", on: target, type: "overlay", options: options)
            return try body(try Descriptor.open(target, O_RDONLY | O_DIRECTORY))
        }
    }
}
