import Glibc

/// Places at which a test can have the agent killed, to see that the next one finishes or removes what it left.
///
/// `SWIFTLET_FAILPOINT=<name>` in the environment at the start of the process arms one of them; passing it is SIGKILL. With
/// `<name>:hang` it never ends, as in a call to a file system that does not answer.
/// Unarmed, which is always so outside of tests, passing one costs a comparison.
public enum FailPoint: String, Sendable, CaseIterable {
    case folderRead = "folder-read"
    case workloadsWritten = "workloads-written"
    case recordWritten = "record-written"
    case cgroupMade = "cgroup-made"
    case namespacesMade = "namespaces-made"
    case networkReady = "network-ready"
    case sandboxReady = "sandbox-ready"
    case volumesReady = "volumes-ready"
    case imageReady = "image-ready"
    case containerPrepared = "container-prepared"
    case containerStarted = "container-started"
    case resized = "resized"
    case stateSaved = "state-saved"
    case containerEnded = "container-ended"
    case containerTerminated = "container-terminated"
    case containerKilled = "container-killed"
    case sandboxReleased = "sandbox-released"
    case containersRemoved = "containers-removed"
    case networkRemoved = "network-removed"
    case namespacesRemoved = "namespaces-removed"
    case mountsRemoved = "mounts-removed"
    case cgroupRemoved = "cgroup-removed"
    case logsRemoved = "logs-removed"
    case runDirectoryRemoved = "run-directory-removed"
    case recordRemoved = "record-removed"

    private static let armed: (point: FailPoint, hangs: Bool)? = getenv("SWIFTLET_FAILPOINT").flatMap {
        let words = String(cString: $0).split(separator: ":")
        guard let name = words.first, let point = FailPoint(rawValue: String(name)) else { return nil }
        return (point, words.dropFirst().first == "hang")
    }

    /// Reads the environment now, before anything could change it.
    static func prepare() { _ = armed }

    /// Ends the process here, or stays here for good, if this is the armed place.
    package func pass() {
        guard let armed = FailPoint.armed, armed.point == self else { return }
        if armed.hangs { while true { pause() } }
        kill(getpid(), SIGKILL)
    }
}
