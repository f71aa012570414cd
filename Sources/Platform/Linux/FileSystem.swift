import CLinux
import Glibc

/// Whole-file and whole-folder operations by path.
///
/// The paths are the host's own and trusted; anything inside a container, layer or volume is opened by
/// `Descriptor.open(inRoot:)` instead.
public enum FileSystem {
    /// The bytes of a regular file; EFBIG past `limit`.
    public static func read(_ path: String, limit: Int = .max) throws(SystemError) -> [UInt8] {
        let file = try Descriptor.open(path, O_RDONLY)
        do throws(SystemError) {
            // Files of procfs, sysfs and cgroupfs say size 0.
            let size = try file.status().size
            if size > limit { throw SystemError(call: "read", errno: EFBIG, subject: path) }
            return try file.readToEnd(limit: limit, sizeHint: Int(size))
        } catch {
            throw SystemError(call: error.call, errno: error.errno, subject: path)
        }
    }

    /// The text of a small file (procfs, sysfs, cgroupfs), without white space at its end.
    public static func readText(_ path: String) throws(SystemError) -> String {
        var bytes = try read(path)[...]
        while let last = bytes.last, last == 0x0A || last == 0x20 || last == 0 { bytes = bytes.dropLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes a file in place, made if it is not there. For kernel files (`O_TRUNC` left out) and scratch files.
    public static func write(
        _ path: String,
        _ bytes: [UInt8],
        flags: Int32 = O_CREAT | O_TRUNC,
        mode: mode_t = 0o644
    ) throws(SystemError) {
        let file = try Descriptor.open(path, O_WRONLY | flags, mode: mode)
        do throws(SystemError) { try file.writeAll(bytes) } catch {
            throw SystemError(call: error.call, errno: error.errno, subject: path)
        }
    }

    /// Writes a text into a file of the kernel (procfs, sysfs, cgroupfs) in one write(2).
    public static func writeKernelFile(_ path: String, _ text: String) throws(SystemError) {
        try write(path, Array(text.utf8), flags: 0)
    }

    /// Replaces a file as a whole: temp file beside it, rename. A reader sees the old or the new bytes, nothing between.
    ///
    /// With `durable`, the file is synchronised before the rename and its folder after it, so that it also outlives
    /// a power cut; for files in a run directory, which a reboot empties anyway, leave that out.
    public static func writeAtomically(
        _ path: String,
        _ bytes: [UInt8],
        mode: mode_t = 0o644,
        durable: Bool
    ) throws(SystemError) {
        let (directory, name) = split(path)
        let temporary = "\(directory)/.\(name).\(getpid()).\(clinux_gettid()).tmp"
        do throws(SystemError) {
            let file = try Descriptor.open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: mode)
            try file.writeAll(bytes)
            if durable { try file.synchronize() }
            try retrying("rename", "\(temporary) → \(path)") { Glibc.rename(temporary, path) }
        } catch {
            _ = unlink(temporary)
            throw SystemError(call: error.call, errno: error.errno, subject: path)
        }
        if durable { try synchronize(directory: directory) }
    }

    /// fsync(2) of a folder: makes renames and creations in it durable.
    public static func synchronize(directory: String) throws(SystemError) {
        let folder = try Descriptor.open(directory, O_RDONLY | O_DIRECTORY)
        try folder.synchronize()
    }

    /// mkdir(2) for the path and every folder above it that is missing. One that is there is left as it is.
    public static func makeDirectories(_ path: String, mode: mode_t = 0o755) throws(SystemError) {
        if mkdir(path, mode) == 0 { return }
        let code = errno
        if code == EEXIST {
            if let status = try? status(path), status.kind == .directory { return }  // EEXIST below says it all
            throw SystemError(call: "mkdir", errno: EEXIST, subject: path)
        }
        guard code == ENOENT, path != "/" else { throw SystemError(call: "mkdir", errno: code, subject: path) }
        try makeDirectories(split(path).directory, mode: mode)
        if mkdir(path, mode) == -1 && errno != EEXIST { throw SystemError.last("mkdir", path) }
    }

    /// What is at a path, symlinks followed.
    public static func status(_ path: String) throws(SystemError) -> FileStatus {
        var buffer = Glibc.stat()
        try retrying("stat", path) { stat(path, &buffer) }
        return FileStatus(buffer)
    }

    /// What is at a path, a symlink itself and not its target.
    public static func linkStatus(_ path: String) throws(SystemError) -> FileStatus {
        var buffer = Glibc.stat()
        try retrying("lstat", path) { lstat(path, &buffer) }
        return FileStatus(buffer)
    }

    /// Whether something (a dangling symlink included) is at a path. An unreadable parent counts as nothing.
    public static func exists(_ path: String) -> Bool {
        var buffer = Glibc.stat()
        return lstat(path, &buffer) == 0
    }

    /// unlink(2); a missing file is no error.
    public static func removeFile(_ path: String) throws(SystemError) {
        if unlink(path) == -1 && errno != ENOENT { throw SystemError.last("unlink", path) }
    }

    /// rmdir(2); a missing folder is no error.
    public static func removeDirectory(_ path: String) throws(SystemError) {
        if rmdir(path) == -1 && errno != ENOENT { throw SystemError.last("rmdir", path) }
    }

    public static func rename(_ from: String, _ to: String) throws(SystemError) {
        try retrying("rename", "\(from) → \(to)") { Glibc.rename(from, to) }
    }

    public static func makeSymbolicLink(at path: String, to target: String) throws(SystemError) {
        try retrying("symlink", "\(path) → \(target)") { symlink(target, path) }
    }

    /// The target of a symlink.
    public static func readLink(_ path: String) throws(SystemError) -> String {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = try retrying("readlink", path) {
            bytes.withUnsafeMutableBytes { buffer in
                guard let start = buffer.baseAddress else { return -1 }
                return readlink(path, start.assumingMemoryBound(to: CChar.self), buffer.count)
            }
        }
        return String(decoding: bytes[..<length], as: UTF8.self)
    }

    /// The names in a folder without `.` and `..`, sorted.
    public static func list(_ path: String) throws(SystemError) -> [String] {
        let folder = try Descriptor.open(path, O_RDONLY | O_DIRECTORY)
        return try list(folder).sorted()
    }

    /// The names in an open folder without `.` and `..`, in the file system's order.
    public static func list(_ folder: borrowing Descriptor) throws(SystemError) -> [String] {
        let copy = try Descriptor.open(at: folder.rawValue, ".", O_RDONLY | O_DIRECTORY)
        let number = copy.release()
        guard let stream = fdopendir(number) else {
            let error = SystemError.last("fdopendir")
            _ = Glibc.close(number)
            throw error
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw SystemError.last("readdir") }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
    }

    /// Removes a file or a folder with all that is in it. Never follows a symlink and never leaves the file system it
    /// began on: what is mounted inside stays, and the removal fails with EBUSY or EXDEV. Missing is no error.
    public static func removeTree(_ path: String) throws(SystemError) {
        let (directory, name) = split(path)
        do throws(SystemError) {
            let parent = try Descriptor.open(directory, O_RDONLY | O_DIRECTORY)
            try TreeRemoval.remove(at: parent.rawValue, name)
        } catch where error.errno == ENOENT {}
    }

    /// The folder and the last component of a path; `.` where there is no slash.
    public static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let name = String(path[path.index(after: slash)...])
        return slash == path.startIndex ? ("/", name) : (String(path[..<slash]), name)
    }
}
