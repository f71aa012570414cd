import CLinux
import Glibc
import Linux

/// The FIFO `ctl` in a bundle, as conmon has it: a line `1 HEIGHT WIDTH` sets the size of the container's terminal, `2 0 0` has the log
/// opened again.
///
/// Lines have 199 bytes at most; one that is wrong is passed over.
final class ControlPipe {
    private static let lineLimit = 199
    /// The most rows and columns: programs make buffers of that size.
    private static let sizeLimit = 1000

    private let descriptor: Descriptor
    private let terminal: Int32?
    private var line: [UInt8] = []

    /// Makes the FIFO and opens it for both ways, so that it has no end when a writer goes.
    static func make(in bundle: String) throws(MonitorFailure) -> Int32 {
        try during("make the control pipe") { () throws(SystemError) in
            let path = "\(bundle)/ctl"
            try FileSystem.removeFile(path)
            try retrying("mkfifo", path) { mkfifo(path, 0o600) }
            return try Descriptor.open(path, O_RDWR | O_NONBLOCK).release()
        }
    }

    /// Takes the descriptor over. Nil where there is none.
    ///
    /// - Parameter terminal: the master, which stays the caller's; nil where the container has none.
    init?(owning number: Int32, terminal: Int32?) {
        guard number >= 0 else { return nil }
        descriptor = Descriptor(owning: number)
        self.terminal = terminal
    }

    var number: Int32 { descriptor.rawValue }

    /// Reads what is there and does it; whether the log is to be opened again.
    func take() -> Bool {
        let number = descriptor.rawValue
        let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            count = max(0, read(number, buffer.baseAddress, buffer.count))
        }
        var reopens = false
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if line.count <= ControlPipe.lineLimit, perform(line) { reopens = true }
                line = []
            } else if line.count <= ControlPipe.lineLimit {
                line.append(byte)
            }
        }
        return reopens
    }

    /// Does what a line says; whether the log is to be opened again.
    private func perform(_ line: [UInt8]) -> Bool {
        // What follows the third number is passed over, as conmon does.
        let numbers = line.split(separator: UInt8(ascii: " ")).prefix(3).map { Int(String(decoding: $0, as: UTF8.self)) }
        guard numbers.count == 3, let height = numbers[1], let width = numbers[2] else { return false }
        if numbers[0] == 2 { return true }
        let sizes = 0...ControlPipe.sizeLimit
        guard numbers[0] == 1, let terminal, sizes.contains(height), sizes.contains(width) else { return false }
        var size = winsize(ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
        // TIOCSWINSZ. A terminal that is gone has no size.
        _ = clinux_ioctl_pointer(terminal, 0x5414, &size)
        return false
    }
}
