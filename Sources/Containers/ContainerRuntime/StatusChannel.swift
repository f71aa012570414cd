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
        /// The child waits for its user namespace to be mapped.
        case needsMapping
        /// The child waits for hooks that run before the root is changed.
        case needsHooks
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
    fileprivate static let mapping = UInt8(ascii: "U")
    fileprivate static let hooks = UInt8(ascii: "H")
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

    /// Asks the parent for something and waits until it is done.
    func request(hooks: Bool) throws(RuntimeError) {
        try step("talk to the runtime") { () throws(SystemError) in
            try send([hooks ? StatusChannel.hooks : StatusChannel.mapping])
        }
        try waitForProceed()
    }

    /// Waits for the parent's word.
    func waitForProceed() throws(RuntimeError) {
        let packet = try step("talk to the runtime") { () throws(SystemError) in try receive() }
        guard packet.first == StatusChannel.proceed else { throw RuntimeError(.failed, "the runtime is gone") }
    }

    /// The next packet; empty at the end.
    private func receive() throws(SystemError) -> [UInt8] {
        do throws(SystemError) { return try receiveOnce() } catch  where error.errno == ECONNRESET {
            // The other side ended before it read our last word. The kernel tells that once, and ahead of what the other
            // side had to say before it ended.
            return try receiveOnce()
        }
    }

    private func receiveOnce() throws(SystemError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: StatusChannel.limit)
        let count = try retrying("recv", "status") {
            buffer.withUnsafeMutableBytes { recv(number, $0.baseAddress, $0.count, 0) }
        }
        return Array(buffer[..<count])
    }

    /// The child's next message.
    func next() throws(RuntimeError) -> StatusChannel.Message {
        let packet: [UInt8]
        do throws(SystemError) { packet = try receive() } catch {
            throw RuntimeError(.failed, "talk to the container's process: \(error)")
        }
        guard let tag = packet.first else { return .end }
        switch tag {
        case StatusChannel.failure:
            let kind = packet.count > 1 ? RuntimeError.Kind(rawValue: packet[1]) : nil
            return .failure(RuntimeError(kind ?? .failed, String(decoding: packet.dropFirst(2), as: UTF8.self)))
        case StatusChannel.warning: return .warning(String(decoding: packet.dropFirst(), as: UTF8.self))
        case StatusChannel.mapping: return .needsMapping
        case StatusChannel.hooks: return .needsHooks
        case StatusChannel.readiness: return .ready
        default: throw RuntimeError(.failed, "the container's process sent an unknown message")
        }
    }
}
