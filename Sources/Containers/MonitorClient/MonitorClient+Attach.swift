import Glibc
import Linux

/// The socket of a container's monitor: packets of output, each with the number of its stream in front, and input.
public struct AttachedStreams: Sendable {
    /// The numbers that stand before output.
    public static let standardOutput: UInt8 = 2
    public static let standardError: UInt8 = 3
    /// The most bytes of a packet, either way.
    public static let outputPacket = 8193
    public static let inputPacket = 32 << 10

    /// Each read is one packet; an empty one is the end.
    public var output: ByteReader
    /// `finishSending` says that no more input comes.
    public var input: ByteWriter
}

extension MonitorClient {
    /// Joins the streams of a running container.
    ///
    /// A client that takes nothing for a second is cut off by the monitor.
    ///
    /// - Parameter bundle: the folder of the configuration that the container was made from.
    public func attach(id: String, bundle: String) throws(MonitorError) -> AttachedStreams {
        guard try tracked(id).process != nil else { throw .notRunning(id: id) }
        return try system { () throws(SystemError) in
            let folder = try Descriptor.open(bundle, O_DIRECTORY)
            // By way of the open folder: a socket's address has room for 107 bytes.
            let socket = try UnixSocket.connectPackets("/proc/self/fd/\(folder.rawValue)/attach")
            return AttachedStreams(output: try ByteReader(try socket.duplicate()), input: try ByteWriter(socket))
        }
    }

    /// Sets the size of a container's terminal.
    public func resizeTerminal(bundle: String, width: Int, height: Int) throws(MonitorError) {
        try system { () throws(SystemError) in
            // ENXIO: its monitor is gone.
            let pipe = try Descriptor.open("\(bundle)/ctl", O_WRONLY | O_NONBLOCK)
            try pipe.writeAll(Array("1 \(height) \(width)\n".utf8))
        }
    }
}
