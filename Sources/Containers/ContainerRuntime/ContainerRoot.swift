import CLinux
import Glibc
import Linux

/// The container's root while it is being furnished: every path is opened inside it by openat2(2), so that no symlink of
/// an image leads out, and mounted on by the descriptor, so that nothing can be swapped in between.
struct ContainerRoot: ~Copyable {
    let descriptor: Descriptor

    init(descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// Opens the root that is mounted at a path of the host.
    init(path: String) throws(RuntimeError) {
        descriptor = try step("open the root") { () throws(SystemError) in
            try Descriptor.open(path, CLINUX_O_PATH | O_DIRECTORY)
        }
    }

    /// What is at a path of the container, symlinks followed inside; nil for nothing.
    borrowing func existing(_ path: String) throws(SystemError) -> Descriptor? {
        do throws(SystemError) { return try Descriptor.open(inRoot: descriptor.rawValue, path, CLINUX_O_PATH) } catch {
            if error.errno == ENOENT || error.errno == ENOTDIR { return nil }
            throw error
        }
    }

    /// What is at a path of the container; folders, and at the end a folder or an empty file, are made if missing.
    ///
    /// A symlink of the image that leads to nothing yet (`/etc/resolv.conf → ../run/systemd/resolve/stub-resolv.conf`)
    /// is followed inside of the root, and what it names is made there.
    borrowing func open(_ path: String, makingDirectory: Bool, mode: mode_t = 0o755) throws(SystemError) -> Descriptor {
        if let found = try existing(path) { return found }
        return try make(Self.components(path), makingDirectory: makingDirectory, mode: mode, linksLeft: 40)
    }

    /// The same, but what is at the path itself is not followed, whatever it is.
    borrowing func openEntry(_ path: String, makingDirectory: Bool) throws(SystemError) -> Descriptor {
        let folder = try parent(of: path)
        do throws(SystemError) {
            return try Descriptor.open(at: folder.rawValue, Self.name(of: path), CLINUX_O_PATH | O_NOFOLLOW)
        } catch where error.errno == ENOENT {
            return try open(path, makingDirectory: makingDirectory)
        }
    }

    /// - Parameter components: may have `..` in them where they come from a symlink; the kernel resolves those.
    private borrowing func make(
        _ components: [String],
        makingDirectory: Bool,
        mode: mode_t,
        linksLeft: Int
    ) throws(SystemError) -> Descriptor {
        var parent = try Descriptor.open(at: descriptor.rawValue, ".", CLINUX_O_PATH | O_DIRECTORY)
        var prefix = ""
        for (index, component) in components.enumerated() {
            prefix += "/" + component
            if let found = try existing(prefix) {
                parent = found
                continue
            }
            let number = parent.rawValue
            if let target = try Self.linkTarget(at: number, component) {
                guard linksLeft > 0 else { throw SystemError(call: "open", errno: ELOOP, subject: prefix) }
                let start = target.hasPrefix("/") ? [] : Array(components[..<index])
                let way = target.split(separator: "/").filter { $0 != "." }.map(String.init)
                return try make(
                    start + way + components[(index + 1)...],
                    makingDirectory: makingDirectory,
                    mode: mode,
                    linksLeft: linksLeft - 1
                )
            }
            let isLast = index == components.count - 1
            if isLast && !makingDirectory {
                // O_EXCL follows no symlink: what was no link a moment ago is none now.
                _ = try Descriptor.open(
                    at: number,
                    component,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
                    mode: mode & 0o666
                )
            } else {
                try retrying("mkdir", prefix) { mkdirat(number, component, isLast ? mode : 0o755) }
            }
            parent = try Descriptor.open(at: number, component, CLINUX_O_PATH | O_NOFOLLOW)
        }
        return parent
    }

    /// Where a symlink leads; nil for what is none, or not there.
    private static func linkTarget(at folder: Int32, _ name: String) throws(SystemError) -> String? {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = bytes.withUnsafeMutableBytes { buffer -> Int in
            guard let start = buffer.baseAddress else { return -1 }
            return readlinkat(folder, name, start.assumingMemoryBound(to: CChar.self), buffer.count)
        }
        if length == -1 {
            if errno == EINVAL || errno == ENOENT { return nil }
            throw SystemError.last("readlink", name)
        }
        return String(decoding: bytes[..<length], as: UTF8.self)
    }

    /// The folder that a path of the container lies in, made if missing.
    borrowing func parent(of path: String) throws(SystemError) -> Descriptor {
        try open("/" + Self.components(path).dropLast().joined(separator: "/"), makingDirectory: true)
    }

    /// The last component of a path; empty for the root.
    static func name(of path: String) -> String { components(path).last ?? "" }

    /// The path's components, with `.` and `..` resolved by text as the specification's other implementations do.
    static func components(_ path: String) -> [String] {
        var result: [String] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = result.popLast() } else { result.append(String(part)) }
        }
        return result
    }

    /// The path without `.`, `..` and double slashes.
    static func clean(_ path: String) -> String { "/" + components(path).joined(separator: "/") }
}
