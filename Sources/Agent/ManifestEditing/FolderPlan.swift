import PodSpec

/// What is to be done to the folder, worked out before anything is.
public struct FolderPlan: Sendable {
    /// What becomes of one object in one file.
    public struct Outcome: Sendable, Hashable {
        public enum Change: Sendable, Hashable {
            case created, configured, unchanged, deleted
        }

        public var name: ObjectName
        public var file: String
        public var change: Change
    }

    /// In the order in which the objects were given.
    public internal(set) var outcomes: [Outcome] = []
    /// Objects that were to be deleted and are not there.
    public internal(set) var missing: [ObjectName] = []
    var files: [FileChange] = []

    public var isEmpty: Bool { files.isEmpty }
}

/// What becomes of one file.
struct FileChange: Sendable {
    var name: String
    /// Nil: it is removed.
    var bytes: [UInt8]?
    var holdsSecret: Bool
    /// The file as it was read; nil: there is none yet.
    var before: FolderFile?
}
