/// Which of several servers is asked next, and when that is enough.
package struct ServerRotation: Sendable {
    package enum Step: Sendable, Hashable {
        case ask(Int)
        case answer([UInt8])
        case fail
    }

    private let count: Int
    private var current = -1
    /// The last answer of a server that could not help: better than none.
    private var unhelpful: [UInt8]?

    package init(count: Int) {
        self.count = count
    }

    /// The first of them, or the one after a server that did not answer.
    package mutating func next() -> Step {
        current += 1
        if current < count { return .ask(current) }
        return unhelpful.map { .answer($0) } ?? .fail
    }

    /// After an answer: another server is asked where this one says that it cannot or will not, as the C library does.
    package mutating func answered(_ message: [UInt8], code: UInt8) -> Step {
        switch ResponseCode(rawValue: code) {
        case .serverFailure, .notImplemented, .refused, .formatError:
            unhelpful = message
            return next()
        default:
            return .answer(message)
        }
    }
}
