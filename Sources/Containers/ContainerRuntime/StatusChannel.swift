import CLinux
import Glibc
import Linux

/// The line between a runtime and the process that becomes the container: packets with a tag in front.
///
/// The child's end is close-on-exec: its end without an error is the sign that the container's program runs. The parent's
/// end without a word is the sign that the runtime was killed, and the child gives up.
enum StatusChannel {
    enum Message {
        case failure(RuntimeError)
        case warning(String)
        /// The process that entered the container's user namespace has made the container's, which is a child of the runtime.
        case made(pid: Int32)
        /// The child waits for hooks that run before the root is changed.
        case needsHooks
        /// The child has loaded a filter that notifies; the descriptor is ours to close.
        case listener(Int32)
        /// The child is set up and waits to be started.
        case ready
        /// The child's program has begun, or the child is gone.
        case end
    }

    /// One end, by the number of a descriptor that somebody else keeps open.
    struct Borrowed: Sendable {
        let number: Int32
    }

    fileprivate static let failure = UInt8(ascii: "E")
    fileprivate static let warning = UInt8(ascii: "W")
    fileprivate static let made = UInt8(ascii: "P")
    fileprivate static let hooks = UInt8(ascii: "H")
    fileprivate static let listener = UInt8(ascii: "L")
    fileprivate static let readiness = UInt8(ascii: "R")
    fileprivate static let proceed = UInt8(ascii: "g")

    /// Packets may not be larger than the socket's buffer; messages are cut there.
    fileprivate static let limit = 16 * 1024
}

extension StatusChannel.Borrowed {
    private func send(_ packet: [UInt8]) throws(SystemError) {
        let part = packet.prefix(StatusChannel.limit)
        try retrying("send", "status") {
            part.withUnsafeBytes { Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
    }

    func send(_ error: RuntimeError) throws(SystemError) {
        try send([StatusChannel.failure, error.kind.rawValue] + Array(error.message.utf8))
    }

    func send(warning: String) throws(SystemError) {
        try send([StatusChannel.warning] + Array(warning.utf8))
    }

    func sendReady() throws(SystemError) { try send([StatusChannel.readiness]) }

    /// Tells the other side to go on. If it has ended, its reason is the next message.
    func sendProceed() throws(SystemError) {
        do throws(SystemError) { try send([StatusChannel.proceed]) } catch
            where error.errno == EPIPE || error.errno == ECONNRESET
        {}
    }

    /// Hands the listener of a filter to the parent, and waits until it is in good hands.
    func send(listener: Int32) throws(RuntimeError) {
        try step("hand the seccomp listener over") { () throws(SystemError) in
            try retrying("sendmsg", "status") { clinux_send_descriptor(number, listener, [StatusChannel.listener], 1) }
        }
        try waitForProceed()
    }

    func send(made pid: Int32) throws(SystemError) {
        try send([StatusChannel.made] + withUnsafeBytes(of: pid, Array.init))
    }

    /// Asks the parent to run hooks and waits until that is done.
    func requestHooks() throws(RuntimeError) {
        try step("talk to the runtime") { () throws(SystemError) in try send([StatusChannel.hooks]) }
        try waitForProceed()
    }

    /// Waits for the parent's word.
    func waitForProceed() throws(RuntimeError) {
        let word = try step("talk to the runtime") { () throws(SystemError) in try hear() }
        guard word == StatusChannel.proceed else { throw RuntimeError(.failed, "the runtime is gone") }
    }

    /// The next packet, and a descriptor that came with it or -1; empty at the end.
    private func receive() throws(SystemError) -> (packet: [UInt8], descriptor: Int32) {
        do throws(SystemError) { return try receiveOnce() } catch  where error.errno == ECONNRESET {
            // The other side ended before it read our last word. The kernel tells that once, and ahead of what the other
            // side had to say before it ended.
            return try receiveOnce()
        }
    }

    private func receiveOnce() throws(SystemError) -> (packet: [UInt8], descriptor: Int32) {
        var buffer = [UInt8](repeating: 0, count: StatusChannel.limit)
        var descriptor: Int32 = -1
        let count = try retrying("recvmsg", "status") {
            buffer.withUnsafeMutableBytes { clinux_receive(number, $0.baseAddress, UInt($0.count), &descriptor) }
        }
        return (Array(buffer[..<count]), descriptor)
    }

    /// The word by which the parent lets us go on. By a call of its own: a filter that is in force already may have others
    /// answered by somebody.
    private func hear() throws(SystemError) -> UInt8? {
        var byte: UInt8 = 0
        return try retrying("recv", "status") { recv(number, &byte, 1, 0) } == 1 ? byte : nil
    }

    /// The child's next message.
    func next() throws(RuntimeError) -> StatusChannel.Message {
        let (packet, descriptor): ([UInt8], Int32)
        do throws(SystemError) { (packet, descriptor) = try receive() } catch {
            throw RuntimeError(.failed, "talk to the container's process: \(error)")
        }
        if descriptor != -1 {
            if packet == [StatusChannel.listener] { return .listener(descriptor) }
            close(descriptor)
        }
        guard let tag = packet.first else { return .end }
        switch tag {
        case StatusChannel.failure:
            let kind = packet.count > 1 ? RuntimeError.Kind(rawValue: packet[1]) : nil
            return .failure(RuntimeError(kind ?? .failed, String(decoding: packet.dropFirst(2), as: UTF8.self)))
        case StatusChannel.warning: return .warning(String(decoding: packet.dropFirst(), as: UTF8.self))
        case StatusChannel.made where packet.count == 5:
            return .made(pid: packet.dropFirst().reversed().reduce(0) { $0 << 8 | Int32($1) })
        case StatusChannel.hooks: return .needsHooks
        case StatusChannel.readiness: return .ready
        default: throw RuntimeError(.failed, "the container's process sent an unknown message")
        }
    }
}
