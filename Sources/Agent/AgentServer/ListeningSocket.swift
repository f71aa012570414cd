import Glibc
import Linux

/// Why the server cannot listen.
public enum ListenError: Error, Sendable, CustomStringConvertible {
    /// Another live process has the socket.
    case occupied(path: String)
    /// Something that is no socket is at the path.
    case notASocket(path: String)
    case system(SystemError)

    public var description: String {
        switch self {
        case .occupied(let path): "another agent is listening on \(path)"
        case .notASocket(let path): "\(path) is there and is no socket; it is left alone"
        case .system(let error): "cannot listen: \(error)"
        }
    }
}

/// A Unix socket in the file system that belongs to this process while the value lives.
///
/// A lock file beside it says whether its owner lives, whatever the socket file looks like after a crash. The socket is
/// made under another name, gets its owner and mode, and only then its own name.
struct ListeningSocket: ~Copyable, Sendable {
    let path: String
    private let group: UInt32?
    private let lock: Descriptor
    private var inode: UInt64
    /// Bound, not yet listening. Its new owner closes it.
    private(set) var boundSocket: Int32
    private var isPublished = false

    init(path: String, group: UInt32?) throws(ListenError) {
        let owned: Descriptor
        do throws(SystemError) { owned = try ListeningSocket.lock("\(path).lock") } catch {
            throw error.errno == EWOULDBLOCK ? .occupied(path: path) : .system(error)
        }
        let (bound, number) = try ListeningSocket.bind(path, group: group)
        self.path = path
        self.group = group
        lock = owned
        inode = number
        boundSocket = bound
    }

    /// Another socket in the place of one that has lost its name: a file of a socket cannot get its name back (linkat(2)
    /// refuses an inode without links). The lock stays taken meanwhile.
    mutating func bindAnew() throws(ListenError) {
        (boundSocket, inode) = try ListeningSocket.bind(path, group: group)
    }

    /// Whether it has had its name and that is gone, or leads elsewhere by now.
    borrowing func hasLostItsName() throws(SystemError) -> Bool {
        guard isPublished else { return false }
        do throws(SystemError) { return try FileSystem.linkStatus(path).inode != inode } catch {
            if error.errno == ENOENT { return true }
            throw error
        }
    }

    private static func bind(_ path: String, group: UInt32?) throws(ListenError) -> (socket: Int32, inode: UInt64) {
        try checkPlace(path)
        let temporary = temporaryPath(path)
        do throws(SystemError) {
            // Left by a process of our pid that died in here; nobody can be listening on it.
            try FileSystem.removeFile(temporary)
            let socket = try UnixSocket.bind(temporary)
            if let group { try retrying("chown", temporary) { lchown(temporary, uid_t.max, group) } }
            try retrying("chmod", temporary) { chmod(temporary, 0o660) }
            let inode = try FileSystem.linkStatus(temporary).inode
            return (socket.release(), inode)
        } catch {
            throw .system(error)
        }
    }

    private static func temporaryPath(_ path: String) -> String { "\(path).\(getpid())" }

    /// Gives the socket its name, once it listens: whoever sees the name can connect.
    mutating func publish() throws(ListenError) {
        do throws(SystemError) { try FileSystem.rename(ListeningSocket.temporaryPath(path), path) } catch { throw .system(error) }
        isPublished = true
    }

    /// Removes the socket file if it is still this one, and the lock.
    consuming func remove() throws(SystemError) {
        var failure: SystemError?
        do throws(SystemError) { if isPublished, try !hasLostItsName() { try FileSystem.removeFile(path) } } catch { failure = error }
        try FileSystem.removeFile("\(path).lock")
        if let failure { throw failure }
    }

    /// Takes the lock without waiting; EWOULDBLOCK where somebody has it. The kernel frees it when the process ends.
    private static func lock(_ path: String) throws(SystemError) -> Descriptor {
        while true {
            let file = try Descriptor.open(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
            let number = file.rawValue
            try retrying("flock", path) { flock(number, LOCK_EX | LOCK_NB) }
            // The one who had it may have removed the file between our open and our lock.
            do throws(SystemError) {
                if try FileSystem.linkStatus(path).inode == file.status().inode { return file }
            } catch  where error.errno == ENOENT {
                continue
            }
        }
    }

    /// With the lock taken, a socket at the path is a dead one, unless it belongs to somebody who knows no lock.
    private static func checkPlace(_ path: String) throws(ListenError) {
        let kind: FileStatus.Kind
        do throws(SystemError) { kind = try FileSystem.linkStatus(path).kind } catch {
            if error.errno == ENOENT { return }
            throw .system(error)
        }
        guard kind == .socket else { throw .notASocket(path: path) }
        do throws(SystemError) { _ = try UnixSocket.connect(path) } catch {
            if error.errno == ENOENT || error.errno == ECONNREFUSED { return }
            throw .system(error)
        }
        throw .occupied(path: path)
    }
}
