import Linux

/// Why the folder is not changed.
public enum FolderError: Error, Sendable, CustomStringConvertible {
    /// An object stands where it cannot be edited, or a file is in the way.
    case conflict(file: String, String)
    /// The folder does not take the files.
    case system(SystemError)

    public var description: String {
        switch self {
        case .conflict(let file, let message): "\(file): \(message)"
        case .system(let error): "\(error)"
        }
    }
}
