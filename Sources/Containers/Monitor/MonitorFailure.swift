import Linux

/// Why a container could not be made or started: told on the sync pipe and recorded in `status.json`.
public struct MonitorFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was being done: `create`, `start`, `open the log`.
    public var step: String
    public var message: String

    init(_ step: String, _ message: String) {
        self.step = step
        self.message = message
    }

    public var description: String { "\(step): \(message)" }
}

/// Gives a system error the step of the monitor's work that it spoiled.
func during<Result: ~Copyable>(
    _ step: String,
    _ body: () throws(SystemError) -> Result
) throws(MonitorFailure) -> Result {
    do throws(SystemError) {
        return try body()
    } catch {
        throw MonitorFailure(step, error.description)
    }
}
