/// What came of an action.
public enum HandlerResult: Sendable, Hashable {
    /// - Parameter warning: what a person should know all the same.
    case success(warning: String?)
    case failure(String)
    /// It could not be found out: the container is gone, or the action makes no sense. Counts neither way.
    case unknown(String)

    public static let success = HandlerResult.success(warning: nil)
}

/// Carries out the actions of probes and hooks.
public protocol HandlerActing: Sendable {
    /// Does it and answers within the time given; nil for as long as it takes. What hangs is a failure at its end. A cancelled
    /// task ends it early, with any result.
    func perform(
        _ action: HandlerAction,
        on target: HandlerTarget,
        for purpose: HandlerPurpose,
        within timeout: Duration?
    ) async -> HandlerResult

    /// Where the tasks are to run that put a question again and again; nil where that is all the same.
    func executor(for action: HandlerAction) -> (any TaskExecutor)?
}

extension HandlerActing {
    public func executor(for action: HandlerAction) -> (any TaskExecutor)? { nil }
}
