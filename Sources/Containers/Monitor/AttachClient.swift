import CLinux
import Glibc
import Linux

/// One client of the attach socket, with what it has not taken yet.
///
/// It is sent what it takes at once, without ever waiting; the rest is kept in order. One that leaves more than `backlogLimit`
/// lying is given up: the container does not wait for it, and the monitor does not grow.
final class AttachClient {
    private static let packetSize = 8192
    /// In bytes of output.
    static let backlogLimit = 4 << 20

    let number: Int32
    /// Whether it may still send input.
    var isReading = true
    private var waiting: [[UInt8]] = []
    private var waitingBytes = 0
    /// Those of `waiting` before it are sent.
    private var next = 0
    /// How many packets it has taken.
    private(set) var takenCount = 0

    /// Takes a connected, non-blocking descriptor over.
    init(owning number: Int32) {
        self.number = number
    }

    deinit {
        close(number)
    }

    var hasBacklog: Bool { next < waiting.count }

    /// Sends output in packets of conmon's form: one byte (2 standard output, 3 standard error) and up to 8192 bytes. False where
    /// the client is gone, or has too much waiting.
    func send(_ bytes: UnsafeRawBufferPointer, from stream: LogStream) -> Bool {
        var kind: UInt8 = stream == .stdout ? 2 : 3
        var rest = bytes
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(AttachClient.packetSize))
            rest = UnsafeRawBufferPointer(rebasing: rest[piece.count...])
            switch hasBacklog ? EAGAIN : transmit(&kind, piece) {
            case 0: takenCount += 1
            case EAGAIN, ENOBUFS:
                guard waitingBytes + piece.count <= AttachClient.backlogLimit else { return false }
                waiting.append([kind] + piece)
                waitingBytes += piece.count
            default: return false
            }
        }
        return true
    }

    /// Sends what waits, as far as it is taken. False where the client is gone.
    func goOn() -> Bool {
        while hasBacklog {
            let packet = waiting[next]
            switch packet.withUnsafeBytes({ transmit($0) }) {
            case 0:
                takenCount += 1
                waitingBytes -= packet.count - 1
                waiting[next] = []
                next += 1
            case EAGAIN, ENOBUFS: return true
            default: return false
            }
        }
        waiting = []
        next = 0
        return true
    }

    private func transmit(_ kind: inout UInt8, _ piece: UnsafeRawBufferPointer) -> Int32 {
        withUnsafeMutablePointer(to: &kind) { head in
            var parts = (
                iovec(iov_base: head, iov_len: 1),
                iovec(iov_base: UnsafeMutableRawPointer(mutating: piece.baseAddress), iov_len: piece.count)
            )
            return withUnsafeMutablePointer(to: &parts) { pointer in
                pointer.withMemoryRebound(to: iovec.self, capacity: 2) { transmit($0, count: 2) }
            }
        }
    }

    private func transmit(_ packet: UnsafeRawBufferPointer) -> Int32 {
        var part = iovec(iov_base: UnsafeMutableRawPointer(mutating: packet.baseAddress), iov_len: packet.count)
        return transmit(&part, count: 1)
    }

    /// Sends one packet; 0 or an error number.
    private func transmit(_ parts: UnsafeMutablePointer<iovec>, count: Int) -> Int32 {
        var message = msghdr()
        message.msg_iov = parts
        message.msg_iovlen = count
        while true {
            if sendmsg(number, &message, Int32(MSG_NOSIGNAL | MSG_DONTWAIT)) >= 0 { return 0 }
            let code = errno
            if code != EINTR { return code }
        }
    }
}
