import CLinux
import Glibc
import Linux

/// The socket `notify/notify.sock` in a bundle, at which the container says that it is ready; what it may say is passed on to the
/// service manager's own socket (sd_notify(3)).
final class NotifySocket {
    /// What a container may say of the service that it is. Descriptors, its main pid and the watchdog's time are not its to set.
    private static let passedOn = [
        "READY=", "RELOADING=", "STOPPING=", "WATCHDOG=", "STATUS=", "ERRNO=", "BUSERROR=", "MONOTONIC_USEC=",
    ]
    private static let datagramLimit = 4096

    private let descriptor: Descriptor
    private let address: String

    /// Makes the socket where the command line asks for one; −1 where it does not.
    static func listen(_ options: MonitorOptions) throws(MonitorFailure) -> Int32 {
        guard !options.places.notifySocket.isEmpty, options.runtime.exec == nil else { return -1 }
        return try during("make the notify socket") { () throws(SystemError) in
            let path = "\(options.container.bundle)/notify"
            try FileSystem.makeDirectories(path)
            let folder = try Descriptor.open(path, O_DIRECTORY)
            try FileSystem.removeFile("\(path)/notify.sock")
            // By way of the open folder: the bundle's own path may be longer than a socket address can be.
            let name = "/proc/self/fd/\(folder.rawValue)/notify.sock"
            let socket = try UnixSocket.bindNonBlocking(name, SOCK_DGRAM, mode: 0o700)
            // Any user of the container writes to it; who reaches the bundle is the caller's decision.
            let file = "\(path)/notify.sock"
            try retrying("chmod", file) { chmod(file, 0o777) }
            return socket.release()
        }
    }

    /// Takes the descriptor over. Nil where there is none.
    ///
    /// - Parameter address: the service manager's: a path, or `@` and a name.
    init?(owning number: Int32, address: String) {
        guard number >= 0 else { return nil }
        descriptor = Descriptor(owning: number)
        self.address = address
    }

    var number: Int32 { descriptor.rawValue }

    /// Passes on what has come.
    func relay() {
        let number = descriptor.rawValue
        while true {
            let bytes = [UInt8](unsafeUninitializedCapacity: NotifySocket.datagramLimit) { buffer, count in
                count = max(0, recv(number, buffer.baseAddress, buffer.count, 0))
            }
            if bytes.isEmpty { return }
            let text = NotifySocket.filtered(String(decoding: bytes, as: UTF8.self))
            if !text.isEmpty { send(text) }
        }
    }

    /// The lines that may be passed on.
    static func filtered(_ text: String) -> String {
        text.split(separator: "\n").filter { line in passedOn.contains { line.hasPrefix($0) } }.joined(separator: "\n")
    }

    private func send(_ text: String) {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        var name = Array(address.utf8)
        let size = MemoryLayout.size(ofValue: target.sun_path)
        guard !name.isEmpty, name.count < size else { return }
        let isAbstract = name[0] == UInt8(ascii: "@")
        if isAbstract { name[0] = 0 }
        withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size - size + name.count + (isAbstract ? 0 : 1))
        let bytes = Array(text.utf8)
        // A manager that is gone, or does not listen, is told nothing: the container goes on.
        _ = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT), $0, length)
            }
        }
    }
}
