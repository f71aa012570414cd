import CLinux
import Glibc

/// epoll(7): which of many descriptors are ready.
public struct Epoll: ~Copyable, Sendable {
    public struct Interest: OptionSet, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }
        public static let readable = Interest(rawValue: 0x1)
        public static let priority = Interest(rawValue: 0x2)
        public static let writable = Interest(rawValue: 0x4)
        public static let error = Interest(rawValue: 0x8)
        public static let hangUp = Interest(rawValue: 0x10)
        public static let oneShot = Interest(rawValue: 1 << 30)
    }

    public struct Event: Sendable {
        /// The number that was given with the descriptor.
        public var token: UInt64
        public var ready: Interest
    }

    public let descriptor: Descriptor

    public init() throws(SystemError) {
        descriptor = Descriptor(owning: try retrying("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) })
    }

    /// EPOLL_CTL_ADD.
    public borrowing func add(_ target: Int32, _ interest: Interest, token: UInt64) throws(SystemError) {
        try control(EPOLL_CTL_ADD, target, interest, token)
    }

    /// EPOLL_CTL_MOD: also arms a one-shot interest again.
    public borrowing func modify(_ target: Int32, _ interest: Interest, token: UInt64) throws(SystemError) {
        try control(EPOLL_CTL_MOD, target, interest, token)
    }

    /// EPOLL_CTL_DEL.
    public borrowing func remove(_ target: Int32) throws(SystemError) {
        try control(EPOLL_CTL_DEL, target, [], 0)
    }

    private borrowing func control(
        _ operation: Int32,
        _ target: Int32,
        _ interest: Interest,
        _ token: UInt64
    ) throws(SystemError) {
        let number = descriptor.rawValue
        var event = epoll_event(events: interest.rawValue, data: epoll_data_t(u64: token))
        try retrying("epoll_ctl", "fd \(target)") { epoll_ctl(number, operation, target, &event) }
    }

    /// Waits until something is ready, at most `milliseconds` (−1: for ever), and calls `body` for each event.
    public borrowing func wait(
        milliseconds: Int32 = -1,
        _ body: (Event) throws(SystemError) -> Void
    ) throws(SystemError) {
        let number = descriptor.rawValue
        var events = [epoll_event](repeating: epoll_event(), count: 16)
        let count = try retrying("epoll_wait") { epoll_wait(number, &events, Int32(events.count), milliseconds) }
        for event in events[..<Int(count)] {
            try body(Event(token: event.data.u64, ready: Interest(rawValue: event.events)))
        }
    }
}
