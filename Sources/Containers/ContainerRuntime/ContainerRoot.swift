import CLinux
import Glibc
import Linux

/// The container's root while it is being furnished: every path is opened inside it by openat2(2), so that no symlink of
/// an image leads out, and mounted on by the descriptor, so that nothing can be swapped in between.
struct ContainerRoot: ~Copyable {
    let descriptor: Descriptor

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
    borrowing func open(_ path: String, makingDirectory: Bool, mode: mode_t = 0o755) throws(SystemError) -> Descriptor {
        if let found = try existing(path) { return found }
        let components = Self.components(path)
        var parent = try Descriptor.open(at: descriptor.rawValue, ".", CLINUX_O_PATH | O_DIRECTORY)
        var prefix = ""
        for (index, component) in components.enumerated() {
            prefix += "/" + component
            if let found = try existing(prefix) {
                parent = found
                continue
            }
            let isLast = index == components.count - 1
            let number = parent.rawValue
            if isLast && !makingDirectory {
                // O_EXCL follows no symlink: a dangling one in the image is an error and not a file elsewhere.
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
