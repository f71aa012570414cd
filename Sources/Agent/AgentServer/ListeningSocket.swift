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
    private let temporaryPath: String
    private let lock: Descriptor
    private let inode: UInt64
    /// Bound, not yet listening. Its new owner closes it.
    let boundSocket: Int32

    init(path: String, group: UInt32?) throws(ListenError) {
        let owned: Descriptor
        do throws(SystemError) { owned = try ListeningSocket.lock("\(path).lock") } catch {
            throw error.errno == EWOULDBLOCK ? .occupied(path: path) : .system(error)
        }
        try ListeningSocket.checkPlace(path)
        let temporary = "\(path).\(getpid())"
        let bound: Int32
        let number: UInt64
        do throws(SystemError) {
            // Left by a process of our pid that died in here; nobody can be listening on it.
            try FileSystem.removeFile(temporary)
            let socket = try UnixSocket.bind(temporary)
            if let group { try retrying("chown", temporary) { lchown(temporary, uid_t.max, group) } }
            try retrying("chmod", temporary) { chmod(temporary, 0o660) }
            number = try FileSystem.linkStatus(temporary).inode
            bound = socket.release()
        } catch {
            throw .system(error)
        }
        self.path = path
        temporaryPath = temporary
        lock = owned
        inode = number
        boundSocket = bound
    }

    /// Gives the socket its name, once it listens: whoever sees the name can connect.
    borrowing func publish() throws(ListenError) {
        do throws(SystemError) { try FileSystem.rename(temporaryPath, path) } catch { throw .system(error) }
    }

    /// Removes the socket file if it is still this one, and the lock.
    consuming func remove() throws(SystemError) {
        var failure: SystemError?
        do throws(SystemError) {
            if try FileSystem.linkStatus(path).inode == inode { try FileSystem.removeFile(path) }
        } catch  where error.errno != ENOENT {
            failure = error
        } catch {}
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
