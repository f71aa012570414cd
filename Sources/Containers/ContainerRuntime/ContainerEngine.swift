import CLinux
import Cgroups
import Glibc
import Linux
import OCISpec
import Seccomp

/// The lifecycle of OCI containers: create, start, exec, kill, delete, state.
///
/// Every operation finds what it needs on disk, so that each may be called by another process. `create` and `exec` copy
/// the calling process without a new program: they are for processes of one thread.
public struct ContainerEngine: Sendable {
    public let configuration: RuntimeConfiguration

    public init(configuration: RuntimeConfiguration) {
        self.configuration = configuration
    }

    func store(_ id: String) throws(RuntimeError) -> StateStore {
        try StateStore(root: configuration.root, id: id)
    }

    var seccompCache: SeccompCache { SeccompCache(directory: configuration.seccompCache) }
}

/// A container's first process, or one of `exec`, as a child of the caller.
public struct LaunchedProcess: ~Copyable, Sendable {
    /// The process by its pidfd.
    public let handle: ProcessHandle
    public var pid: Int32 { handle.pid }

    /// Sends the pidfd to whoever listens at a path.
    public borrowing func send(to socketPath: String) throws(RuntimeError) {
        let pidfd = handle.descriptor.rawValue
        try step("send the pidfd") { () throws(SystemError) in
            let socket = try UnixSocket.make(type: Int32(SOCK_STREAM.rawValue))
            try UnixSocket.connect(socket, to: socketPath)
            let name = Array("pidfd".utf8)
            let number = socket.rawValue
            try retrying("sendmsg", socketPath) { clinux_send_descriptor(number, pidfd, name, UInt(name.count)) }
        }
    }
}
