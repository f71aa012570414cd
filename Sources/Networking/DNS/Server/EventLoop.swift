import Glibc
import Linux

/// Something that waits for a descriptor, for a moment, or for both.
protocol EventSource: AnyObject {
    func becameReady(_ ready: Epoll.Interest)
    func deadlinePassed()
}

/// One thread that waits for everything: epoll(7) and deadlines. Sources are kept alive while they are registered.
final class EventLoop {
    /// Stands for a source, once.
    typealias Token = UInt64

    private struct Registration {
        var source: any EventSource
        var descriptor: Int32?
        var deadline: Monotonic?
    }

    private let epoll: Epoll
    private var registrations: [Token: Registration] = [:]
    private var deadlines = DeadlineQueue()
    private var lastToken: Token = 0

    init() throws(SystemError) {
        epoll = try Epoll()
    }

    /// A source without a descriptor has deadlines only.
    func add(
        _ source: any EventSource,
        descriptor: Int32? = nil,
        interest: Epoll.Interest = .readable
    ) throws(SystemError) -> Token {
        lastToken += 1
        if let descriptor { try epoll.add(descriptor, interest, token: lastToken) }
        registrations[lastToken] = Registration(source: source, descriptor: descriptor)
        return lastToken
    }

    func modify(_ token: Token, _ interest: Epoll.Interest) throws(SystemError) {
        guard let descriptor = registrations[token]?.descriptor else { return }
        try epoll.modify(descriptor, interest, token: token)
    }

    /// Must come before the descriptor is closed.
    func remove(_ token: Token) {
        guard let registration = registrations.removeValue(forKey: token) else { return }
        // It can only fail for a descriptor that is not there, and then nothing is to be done.
        if let descriptor = registration.descriptor { try? epoll.remove(descriptor) }
    }

    /// Sets the moment at which the source is told, in place of an earlier one; nil for none.
    func setDeadline(_ token: Token, _ deadline: Monotonic?) {
        registrations[token]?.deadline = deadline
        if let deadline { deadlines.add(token, at: deadline) }
    }

    /// Waits until something happens and tells the sources.
    func turn() throws(SystemError) {
        try epoll.wait(milliseconds: timeout()) { event in
            // Gone, if one before it in this turn took it away.
            registrations[event.token]?.source.becameReady(event.ready)
        }
        let now = Monotonic.now
        while let first = deadlines.first, first.deadline <= now {
            deadlines.removeFirst()
            guard let registration = registrations[first.token], registration.deadline == first.deadline else { continue }
            registrations[first.token]?.deadline = nil
            registration.source.deadlinePassed()
        }
    }

    /// In milliseconds, rounded up: a turn that comes too early is one for nothing.
    private func timeout() -> Int32 {
        guard let first = deadlines.first else { return -1 }
        let nanoseconds = first.deadline.nanoseconds - Monotonic.now.nanoseconds
        return Int32(clamping: max(0, (nanoseconds + 999_999) / 1_000_000))
    }
}
