import CRISpec
import PodEngine
import Usage

/// The rooms below, as the composition root hands them to CRI's services: those of pods of files, and what only CRI asks for.
public struct SandboxRooms: Sendable {
    public var pods: Rooms
    public var images: any ImageShelf
    public var logs: any LogReopening
    public var usage: UsageMeter
    /// Makes the URLs of exec, attach and port-forward; nil where nobody serves streams.
    public var streams: (any StreamURLs)?
    /// Nil where nobody writes containers down.
    public var checkpoints: (any ContainerCheckpointing)?
    /// Nil where nobody can tell.
    public var network: (any NetworkChecking)?
    /// The pods of files, which CRI only shows.
    public var filePods: PodStore
    /// The ids of their user namespaces.
    package var users: IDRangeBook

    package init(
        pods: Rooms,
        images: any ImageShelf,
        logs: any LogReopening,
        usage: UsageMeter,
        filePods: PodStore,
        users: IDRangeBook
    ) {
        self.pods = pods
        self.images = images
        self.logs = logs
        self.usage = usage
        self.filePods = filePods
        self.users = users
    }
}

/// Has the log of a running container go on in a new file under the same name.
public protocol LogReopening: Sendable {
    /// Returns when the file is there.
    func reopenLog(id: String, path: String) async throws(ContainerFailure)
}

/// Tells whether sandboxes can get a network.
public protocol NetworkChecking: Sendable {
    /// What is wrong; nil where nothing is.
    func problem() async -> String?
}

/// A stream that somebody may open once.
public enum StreamRequest: Sendable {
    /// The streams that the caller wants to have.
    public struct Streams: Sendable, Hashable {
        public var stdin: Bool
        public var stdout: Bool
        public var stderr: Bool
        public var tty: Bool

        public init(stdin: Bool, stdout: Bool, stderr: Bool, tty: Bool) {
            self.stdin = stdin
            self.stdout = stdout
            self.stderr = stderr
            self.tty = tty
        }
    }

    /// - Parameter container: the id under which the room of containers knows it.
    case exec(container: String, command: [String], Streams)
    case attach(container: String, Streams)
    /// - Parameter namespace: the path of the network namespace; nil for the host's.
    case portForward(sandbox: String, namespace: String?, ports: [UInt16])
}

/// Makes URLs under which the caller of the method that is served now can open a stream once, for a short time.
public protocol StreamURLs: Sendable {
    func makeURL(for request: StreamRequest) async throws(CRI.Failure) -> String
}
