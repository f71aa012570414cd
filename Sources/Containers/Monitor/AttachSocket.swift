import CLinux
import Glibc
import Linux

/// The Unix socket at which clients join a container's streams: `attach` in its bundle, as conmon has it.
enum AttachSocket {
    /// Makes the socket where the command line asks for one; −1 where it does not.
    static func listen(_ options: MonitorOptions) throws(MonitorFailure) -> Int32 {
        guard options.input.servesAttach else { return -1 }
        return try during("make the attach socket") { () throws(SystemError) in
            let socket = try bind(in: options.container.bundle)
            let links = options.places.socketDirectory
            if !links.isEmpty && !options.container.uuid.isEmpty {
                // cri-o's clients come by this short way: a socket's path has 107 bytes at most.
                let link = "\(links)/\(options.container.uuid)"
                try FileSystem.removeFile(link)
                try FileSystem.makeSymbolicLink(at: link, to: options.container.bundle)
            }
            return socket
        }
    }

    /// Removes the socket and the link to it.
    static func remove(_ options: MonitorOptions) {
        guard options.input.servesAttach else { return }
        // What cannot be removed is in nobody's way: whoever makes them next removes what is there.
        _ = unlink("\(options.container.bundle)/attach")
        let links = options.places.socketDirectory
        if !links.isEmpty && !options.container.uuid.isEmpty { _ = unlink("\(links)/\(options.container.uuid)") }
    }

    private static func bind(in bundle: String) throws(SystemError) -> Int32 {
        let folder = try Descriptor.open(bundle, O_DIRECTORY)
        try FileSystem.removeFile("\(bundle)/attach")
        // By way of the open folder: the bundle's own path may be longer than a socket address can be.
        let socket = try UnixSocket.bindNonBlocking("/proc/self/fd/\(folder.rawValue)/attach", SOCK_SEQPACKET, mode: 0o700)
        let number = socket.rawValue
        try retrying("listen", "\(bundle)/attach") { Glibc.listen(number, 16) }
        return socket.release()
    }
}
