/// The state of a container as a runtime prints it and as hooks get it (`state-schema.json`).
public struct RuntimeState: Codable, Sendable, Hashable {
    public enum Status: String, Codable, Sendable, Hashable {
        case creating, created, running, stopped
        /// Not of the specification; runc and crun print it for a frozen container.
        case paused
    }

    public var ociVersion: String
    public var id: String
    public var status: Status
    /// Absent, or 0 as other runtimes print it, when there is no process.
    public var pid: Int32?
    public var bundle: String
    public var annotations: [String: String]?

    public init(id: String, status: Status, pid: Int32?, bundle: String) {
        ociVersion = RuntimeSpec.version
        self.id = id
        self.status = status
        self.pid = pid
        self.bundle = bundle
    }
}
