import Linux

/// Looks again and again, then seldom.
final class RetrySource: EventSource {
    private let loop: EventLoop
    private let handle: () -> Void
    private var token: EventLoop.Token = 0
    private var tries = 0

    /// A file is written in well under a second; what does not make sense after that is wrong.
    private static let quickTries = 20
    private static let quickPause = Duration.milliseconds(50)
    private static let slowPause = Duration.seconds(10)

    init(_ loop: EventLoop, _ handle: @escaping () -> Void) throws(SystemError) {
        self.loop = loop
        self.handle = handle
        token = try loop.add(self)
    }

    func schedule(_ giveUp: () -> Void) {
        tries += 1
        if tries == RetrySource.quickTries { giveUp() }
        let pause = tries < RetrySource.quickTries ? RetrySource.quickPause : RetrySource.slowPause
        loop.setDeadline(token, .now.advanced(by: pause))
    }

    func reset() {
        tries = 0
        loop.setDeadline(token, nil)
    }

    func becameReady(_: Epoll.Interest) {}
    func deadlinePassed() { handle() }
}
