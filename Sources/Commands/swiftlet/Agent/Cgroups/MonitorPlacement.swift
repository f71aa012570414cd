/// Where the monitor of a container lives: outside of the agent's own cgroup, so that nothing of the agent's unit is left
/// when that is stopped, and nothing that is done to the unit reaches it.
struct MonitorPlacement: Sendable {
    /// The cgroup that the monitor moves into before it makes its container; nil: it stays where it was started.
    var cgroup: String?
    /// Has to happen between the start of the monitor, whose pid is given, and that move.
    var prepare: (@Sendable (Int32) async throws -> Void)?
}
