/// What follows from ends of a container that are named by their exit codes (KEP-5307).
public struct ContainerRestartRule: Codable, Sendable, Hashable {
    /// What is done.
    public enum Action: String, Codable, Sendable, Hashable {
        /// The container runs again.
        case restart = "Restart"
        /// All containers of the pod begin anew, init containers first, in the same sandbox (KEP-5532).
        case restartAllContainers = "RestartAllContainers"
    }

    /// Exit codes.
    public struct ExitCodes: Codable, Sendable, Hashable {
        /// Whether those that are named are meant, or all others.
        public enum Operator: String, Codable, Sendable, Hashable {
            case `in` = "In"
            case notIn = "NotIn"
        }

        public var `operator`: Operator
        @EmptyByDefault public var values: [Int32]

        /// Creates a set of exit codes.
        public init(_ operator: Operator, _ values: [Int32]) {
            self.operator = `operator`
            self.values = values
        }
    }

    public var action: Action
    public var exitCodes: ExitCodes?

    /// Creates a rule.
    public init(_ action: Action, on exitCodes: ExitCodes) {
        self.action = action
        self.exitCodes = exitCodes
    }

    /// Whether an end with this exit code is meant.
    public func matches(_ exitCode: Int32) -> Bool {
        guard let exitCodes else { return false }
        return exitCodes.values.contains(exitCode) == (exitCodes.operator == .in)
    }
}
