import CRISpec

/// What is to be written down of a container that runs on.
public struct CheckpointRequest: Sendable, Hashable {
    /// The id under which the runtime knows the container.
    public var id: String
    /// Its bundle's `config.json`.
    public var specification: String
    /// The archive that is to be made: absolute.
    public var location: String
    /// After so long it is given up; nil for never.
    public var timeout: Duration?

    public init(id: String, specification: String, location: String, timeout: Duration? = nil) {
        self.id = id
        self.specification = specification
        self.location = location
        self.timeout = timeout
    }
}

/// Writes running containers down, each as one archive.
public protocol ContainerCheckpointing: Sendable {
    /// Returns when the archive is whole and at its place; the container runs on, whatever comes of it.
    ///
    /// Throws `unimplemented` where the machine has no criu, `failedPrecondition` where it has one that cannot write this container
    /// down, with criu's own words, and `deadlineExceeded` after the time. Nothing is left of an archive that is not whole.
    func checkpoint(_ request: CheckpointRequest) async throws(CRI.Failure)
}
