import Glibc
import Linux

/// A folder of its own for a test, removed with the last reference to it.
///
/// The path is short: the path of a Unix socket has 107 bytes.
public final class TemporaryDirectory: Sendable {
    public let path: String

    public init(_ name: String = "test") throws {
        var template = Array("/tmp/swiftlet-\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError.last("mkdtemp", name) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Users other than root look into some of what is made here.
        _ = chmod(path, 0o755)
    }

    /// A folder that lasts as long as the test process and is removed after it, by a shell that waits for its end.
    public static func ofProcess(_ name: String) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory(name)
        let lifeline = try Pipe.ends()
        defer { _ = Glibc.close(lifeline.read) }
        // The write end stays open until the process ends, and so does the directory object.
        let script = "cat >/dev/null; rm -rf \"$1\""
        _ = try Command("/bin/sh", "-c", script, "sh", directory.path).spawn([0: lifeline.read])
        _ = Unmanaged.passRetained(directory)
        return directory
    }

    deinit {
        do {
            // The last to hold it may be a thread in a mount namespace of its own, where the mounts of its test are still to be seen.
            let mounts = try MountTable.read("/proc/thread-self/mountinfo") { [path] in $0.isMounted(onOrBelow: path) }
            for mount in mounts.reversed() { try Mount.unmount(mount.mountPoint, detach: true) }
            try FileSystem.removeTree(path)
        } catch {
            Command.printError("\(path) is left: \(error)")
        }
    }

    /// The path of something inside.
    public func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// Makes a folder inside and answers its path.
    public func makeDirectory(_ name: String) throws -> String {
        try FileSystem.makeDirectories("\(path)/\(name)")
        return "\(path)/\(name)"
    }

    /// Writes a file inside and answers its path.
    @discardableResult
    public func write(_ name: String, _ text: String) throws -> String {
        try FileSystem.write("\(path)/\(name)", Array(text.utf8))
        return "\(path)/\(name)"
    }
}
