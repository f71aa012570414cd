import Linux
import UsageSpec

/// What the meter needs from the machine. Called on the meter's own threads, which may block.
public protocol UsageReading: Sendable {
    /// What the group of a path has used; nil where there is no such group.
    func group(_ path: String) -> GroupUsage?

    /// What lies below a folder; nil where there is none. A bounded walk that follows nothing.
    func disk(_ folder: String) -> FolderUsage?
}
