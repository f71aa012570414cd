import Glibc
import Linux

/// A container's output on its way into the journal: one entry a line.
///
/// It never waits. What a busy journal does not take at once is kept in order, up to a limit, and sent when it has read. What
/// goes beyond that, and everything while there is no journal, is lost to the journal: counted, and told in an
/// entry of its own as soon as there is one that takes it.
public final class JournalLog {
    /// How many entries are sent before the container's next output is looked at.
    private static let turnLimit = 256

    private struct Loss {
        var count: Int
        var errno: Int32

        var text: String {
            let reason = errno == EAGAIN ? "the journal did not take them in time" : SystemError.text(of: errno)
            return "swiftlet-monitor: \(count) \(count == 1 ? "line" : "lines") lost: \(reason)"
        }
    }

    private var socket: JournalSocket
    private var backlog = JournalBacklog()
    private let tail: LazyBuffer
    private let marksParts: Bool
    private var stream = LogStream.stdout
    private var outputPriority = LinePriority(.stdout)
    private var errorPriority = LinePriority(.stderr)
    private var loss: Loss?
    /// Whether a journal that was not there may have come meanwhile: looked at once for each read of output.
    private var mayConnect = true
    /// How many entries the journal has taken out of those that were kept.
    package private(set) var sentCount = 0
    /// The connection that is being waited for.
    private var awaited: (generation: Int, number: Int32)?

    /// Looks for the journal with the first entry.
    ///
    /// - Parameter marksParts: whether the parts of a line that is too long say that they are parts.
    package init(_ identity: JournalIdentity, marksParts: Bool = true, path: String = JournalSocket.path) {
        self.marksParts = marksParts
        socket = JournalSocket(path: path)
        // The newline that ends the message, then what is the same for all entries.
        let bytes = [UInt8(ascii: "\n")] + identity.fields.bytes
        tail = LazyBuffer(capacity: bytes.count)
        tail.bytes.copyBytes(from: bytes)
    }

    /// What follows came from `stream`.
    package func begin(_ stream: LogStream) {
        self.stream = stream
        mayConnect = true
    }

    /// Takes one entry: a whole line without its newline, or a part of one that is too long.
    package func append(_ message: UnsafeRawBufferPointer, isWholeLine: Bool) {
        let (priority, prefix) = takePriority(message, isWholeLine: isWholeLine)
        if loss != nil && !tellLoss() {
            loss?.count += 1
            return
        }
        let kind = JournalEntryKind(priority: priority, isPart: !isWholeLine && marksParts)
        if let errno = submit(kind, UnsafeRawBufferPointer(rebasing: message[prefix...])) {
            loss = Loss(count: 1 + (loss?.count ?? 0), errno: errno)
        }
    }

    private func takePriority(_ message: UnsafeRawBufferPointer, isWholeLine: Bool) -> (priority: UInt8, prefix: Int) {
        switch stream {
        case .stdout: outputPriority.next(message, isWholeLine: isWholeLine)
        case .stderr: errorPriority.next(message, isWholeLine: isWholeLine)
        }
    }

    /// Whether entries are kept that the journal has not taken.
    package var isWaiting: Bool { !backlog.isEmpty }

    /// Sends what was kept, as far as the journal takes it now.
    package func goOn() {
        mayConnect = true
        for _ in 0..<JournalLog.turnLimit {
            guard let entry = backlog.first else { break }
            switch send(entry.kind, entry.bytes) {
            case .sent:
                backlog.removeFirst()
                sentCount += 1
            case .full: return
            case .failed(let errno): giveUp(errno)
            }
        }
        if loss != nil { _ = tellLoss() }
    }

    /// Puts the socket into the set while entries are kept, and takes it out: an idle journal wakes nobody.
    package func wait(with poller: borrowing Epoll, token: UInt64) throws(SystemError) {
        // A descriptor that was closed has left the set by itself.
        if let (generation, _) = awaited, generation != socket.generation || socket.number == nil { awaited = nil }
        if backlog.isEmpty {
            if let (_, number) = awaited { try poller.remove(number) }
            awaited = nil
        } else if awaited == nil, let number = socket.number {
            try poller.add(number, .writable, token: token)
            awaited = (socket.generation, number)
        }
    }

    /// Whether pages are held that an idle monitor should give back.
    var holdsPages: Bool { backlog.holdsPages }

    func releasePages() { backlog.releasePages() }

    /// Sends or keeps an entry; gives an error number where it is lost.
    private func submit(_ kind: JournalEntryKind, _ bytes: UnsafeRawBufferPointer) -> Int32? {
        if backlog.isEmpty {
            switch send(kind, bytes) {
            case .sent: return nil
            case .full: break
            case .failed(let errno): return errno
            }
        }
        return backlog.append(kind, bytes) ? nil : EAGAIN
    }

    private func send(_ kind: JournalEntryKind, _ bytes: UnsafeRawBufferPointer) -> JournalSocket.Outcome {
        if socket.number == nil && !mayConnect { return .failed(loss?.errno ?? ENOTCONN) }
        mayConnect = false
        let head = kind.head
        let start = UnsafeRawPointer(head.utf8Start)
        let fields = UnsafeRawBufferPointer(start: start, count: head.utf8CodeUnitCount)
        guard kind == .loss else {
            return socket.send(.init(head: fields, message: bytes, tail: UnsafeRawBufferPointer(tail.bytes)))
        }
        var message = bytes.loadUnaligned(as: Loss.self).text
        return message.withUTF8 {
            socket.send(
                .init(head: fields, message: UnsafeRawBufferPointer($0), tail: UnsafeRawBufferPointer(tail.bytes))
            )
        }
    }

    /// Has the gap told before anything else, in its place; false while that cannot be.
    private func tellLoss() -> Bool {
        // Not for the room of a single line: where a journal is too slow, gaps should be few.
        guard var told = loss, backlog.isHalfEmpty else { return false }
        let failure = withUnsafeBytes(of: &told) { submit(.loss, $0) }
        if failure == nil { loss = nil }
        return failure == nil
    }

    /// The journal has gone with entries unsent: they are lost, and so are the gaps that were to be told.
    private func giveUp(_ errno: Int32) {
        var count = loss?.count ?? 0
        while let entry = backlog.first {
            count += entry.kind == .loss ? entry.bytes.loadUnaligned(as: Loss.self).count : 1
            backlog.removeFirst()
        }
        loss = Loss(count: count, errno: errno)
    }
}
