import Archive
import ImageStore
import Linux

/// A build that failed.
public struct BuildError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Kind: String, Sendable {
        /// The request or the Containerfile asks for something that cannot be.
        case invalid
        /// A step's program failed.
        case stepFailed
        case notFound
        case diskFull
        case storage
    }

    public var kind: Kind
    /// The instruction that it was about: `FILE:LINE:COLUMN`.
    public var place: String?
    public var message: String
    /// How the program of a step ended, where it was that.
    public var exitStatus: Int32?

    public init(_ kind: Kind, _ message: String, exitStatus: Int32? = nil) {
        self.kind = kind
        self.message = message
        self.exitStatus = exitStatus
    }

    public var description: String { place.map { "\($0): \(message)" } ?? message }

    /// The same with the place of an instruction, unless it has one.
    static func placing(_ error: any Error, in file: String, at position: TextPosition) -> any Error {
        if error is CancellationError || error is ContainerfileError { return error }
        var placed: BuildError
        switch error {
        case let error as BuildError: placed = error
        case let error as VariableExpander.Failure: placed = BuildError(.invalid, error.message)
        case let error as ImageError:
            let kinds: [ImageError.Kind: Kind] = [
                .notFound: .notFound, .diskFull: .diskFull, .invalidReference: .invalid,
            ]
            placed = BuildError(kinds[error.kind] ?? .storage, error.description)
        case let error as SystemError:
            placed = BuildError(error.errno == 28 || error.errno == 122 ? .diskFull : .storage, "\(error)")
        case let error as ArchiveError: placed = BuildError(.invalid, error.description)
        default: placed = BuildError(.storage, "\(error)")
        }
        placed.place = placed.place ?? "\(file):\(position.line):\(position.column)"
        return placed
    }
}
