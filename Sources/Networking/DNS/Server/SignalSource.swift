import Glibc
import Linux

/// signalfd(2) in the loop.
final class SignalSource: EventSource {
    private let signals: SignalDescriptor
    private let handle: (Int32) -> Void

    init(_ loop: EventLoop, _ handle: @escaping (Int32) -> Void) throws(SystemError) {
        signals = try SignalDescriptor([SIGHUP, SIGTERM, SIGINT])
        self.handle = handle
        _ = try loop.add(self, descriptor: signals.descriptor.rawValue)
    }

    func becameReady(_: Epoll.Interest) {
        // A read that fails leaves the signal there for the next turn.
        while let signal = try? signals.next() { handle(signal) }
    }

    func deadlinePassed() {}
}
