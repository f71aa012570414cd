import AgentAPI
import AgentClient
import Glibc
import Linux

/// Moves bytes between a stream and descriptors of ours, on one thread, until the stream's last word.
///
/// Input is read only when all before it was sent, output is taken only as it is written: nothing grows.
struct StreamPump {
    enum End {
        case told(StreamOutcome)
        /// The connection ended without a word.
        case broken
        /// Whoever handles input wants no more.
        case detached
        case signalled(Int32)
    }

    let connection: StreamConnection
    /// What channel 0 is fed from; nil where it is not.
    var input: Int32?
    /// Looks at input before it is sent; nil ends the stream from our side.
    var filter: (([UInt8]) -> [UInt8]?)?
    /// Takes what comes on the channels 1 and 2.
    var take: (StreamFrame) -> Void
    /// Signals that are handled instead of ending us.
    var signals: [Int32] = []
    /// What to do about SIGWINCH, which is among `signals` then.
    var resize: (() -> TerminalSize?)?

    func run() throws -> End {
        let watched = try signals.isEmpty ? nil : WatchedSignals(signals)
        try sendSize()
        var input = input
        while true {
            let isSending = connection.isSending
            var ready = [
                pollfd(fd: connection.descriptor, events: Int16(POLLIN | (isSending ? POLLOUT : 0)), revents: 0),
                // A negative number is passed over.
                pollfd(fd: isSending ? -1 : input ?? -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: watched?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
            ]
            if poll(&ready, nfds_t(ready.count), -1) == -1 {
                if errno == EINTR { continue }
                throw SystemError.last("poll")
            }
            if ready[2].revents != 0, let signal = try watched?.next() {
                guard signal == SIGWINCH else { return .signalled(signal) }
                try sendSize()
            }
            try connection.flush()
            if ready[0].revents & ~Int16(POLLOUT) != 0, let end = try receive() { return end }
            if ready[1].revents != 0, let number = input {
                let bytes = Self.read(number)
                if bytes.isEmpty {
                    input = nil
                    try connection.close(StreamFrame.Channel.input)
                } else if let filter {
                    guard let rest = filter(bytes) else { return .detached }
                    if !rest.isEmpty { try connection.send(rest, on: StreamFrame.Channel.input) }
                } else {
                    try connection.send(bytes, on: StreamFrame.Channel.input)
                }
            }
        }
    }

    private func receive() throws -> End? {
        guard let frames = try connection.receive() else { return .broken }
        for frame in frames {
            if frame.channel == StreamFrame.Channel.status {
                return StreamOutcome(frame.bytes).map { .told($0) } ?? .broken
            }
            if !frame.bytes.isEmpty { take(frame) }
        }
        return nil
    }

    private func sendSize() throws {
        guard let size = resize?() else { return }
        let text = #"{"Width":\#(size.width),"Height":\#(size.height)}"#
        try connection.send(Array(text.utf8), on: StreamFrame.Channel.resize)
    }

    /// None at the end, and where there is nothing to read from.
    private static func read(_ number: Int32) -> [UInt8] {
        while true {
            var code: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
                let got = Glibc.read(number, buffer.baseAddress, buffer.count)
                code = got == -1 ? errno : 0
                count = max(0, got)
            }
            if code != EINTR { return bytes }
        }
    }
}

/// Holds signals for as long as a stream goes on.
private final class WatchedSignals {
    private let signals: SignalDescriptor

    init(_ numbers: [Int32]) throws(SystemError) {
        signals = try SignalDescriptor(numbers)
    }

    var descriptor: Int32 { signals.descriptor.rawValue }

    func next() throws(SystemError) -> Int32? { try signals.next() }
}
