import CLinux
import Glibc

/// Removes folders that somebody else filled: names of any bytes, as deep as they like.
///
/// What a container or a layer left behind may be deeper than any path or any number of descriptors reaches. So a
/// folder that is not empty is moved up to the top before it is looked into; two descriptors are enough for any depth.
public enum TreeRemoval {
    /// Removes the file or folder `name` in `directory`. Never follows a symlink and never leaves the file system it
    /// began on: what is mounted inside stays, and the removal fails with EBUSY or EXDEV. Missing is no error.
    public static func remove(at directory: Int32, _ name: UnsafePointer<CChar>) throws(SystemError) {
        guard try !removeSimple(at: directory, name) else { return }
        let top = try open(at: directory, name)
        let device = try top.status().device
        var serial = 0
        while true {
            let entries = try rawNames(top)
            if entries.isEmpty { break }
            for entry in entries {
                guard try !removeSimple(at: top.rawValue, entry) else { continue }
                try empty(at: top.rawValue, entry, device: device, serial: &serial)
                try retrying("rmdir", text(entry)) { unlinkat(top.rawValue, entry, AT_REMOVEDIR) }
            }
        }
        if unlinkat(directory, name, AT_REMOVEDIR) == -1 && errno != ENOENT { throw .last("rmdir", text(name)) }
    }

    /// Removes all that is in `name`, moving what is not empty up into `top`.
    private static func empty(
        at top: Int32,
        _ name: [CChar],
        device: UInt64,
        serial: inout Int
    ) throws(SystemError) {
        let folder = try open(at: top, name)
        guard try folder.status().device == device else {
            throw SystemError(call: "removeTree", errno: EXDEV, subject: text(name))
        }
        for child in try rawNames(folder) {
            guard try !removeSimple(at: folder.rawValue, child) else { continue }
            while true {
                serial += 1
                let place = ".removal-\(serial)"
                let result = clinux_renameat2(folder.rawValue, child, top, place, CLINUX_RENAME_NOREPLACE)
                if result == 0 { break }
                let code = errno
                if code != EEXIST { throw SystemError(call: "renameat2", errno: code, subject: text(child)) }
            }
        }
    }

    /// Removes what is no folder or an empty one; false when it is a folder with something in it.
    private static func removeSimple(at directory: Int32, _ name: UnsafePointer<CChar>) throws(SystemError) -> Bool {
        if unlinkat(directory, name, 0) == 0 { return true }
        var code = errno
        if code == ENOENT { return true }
        // POSIX has EPERM for a folder, Linux EISDIR; EPERM may also be an immutable file, which rmdir tells apart.
        guard code == EISDIR || code == EPERM else {
            throw SystemError(call: "unlink", errno: code, subject: text(name))
        }
        if unlinkat(directory, name, AT_REMOVEDIR) == 0 { return true }
        code = errno
        if code == ENOENT { return true }
        if code == ENOTEMPTY || code == EEXIST { return false }
        throw SystemError(call: "rmdir", errno: code == ENOTDIR ? EPERM : code, subject: text(name))
    }

    private static func open(at directory: Int32, _ name: UnsafePointer<CChar>) throws(SystemError) -> Descriptor {
        Descriptor(
            owning: try retrying("openat", text(name)) {
                clinux_openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0)
            }
        )
    }

    private static func text(_ name: UnsafePointer<CChar>) -> String { String(cString: name) }

    /// The names in a folder byte for byte, each with its zero.
    static func rawNames(_ folder: borrowing Descriptor) throws(SystemError) -> [[CChar]] {
        let number = try Descriptor.open(at: folder.rawValue, ".", O_RDONLY | O_DIRECTORY).release()
        guard let stream = fdopendir(number) else {
            let error = SystemError.last("fdopendir")
            _ = Glibc.close(number)
            throw error
        }
        defer { closedir(stream) }
        var names: [[CChar]] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw SystemError.last("readdir") }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { start in
                    Array(UnsafeBufferPointer(start: start, count: strlen(start) + 1))
                }
            }
            if name != [46, 0] && name != [46, 46, 0] { names.append(name) }
        }
    }
}
