import Glibc

/// Places at which a test can have the agent killed, to see that the next one finishes or removes what it left.
///
/// `SWIFTLET_FAILPOINT=<name>` in the environment at the start of the process arms one of them; passing it is SIGKILL.
/// Unarmed, which is always so outside of tests, passing one costs a comparison.
public enum FailPoint: String, Sendable, CaseIterable {
    case recordWritten = "record-written"
    case cgroupMade = "cgroup-made"
    case namespacesMade = "namespaces-made"
    case networkReady = "network-ready"
    case sandboxReady = "sandbox-ready"
    case volumesReady = "volumes-ready"
    case imageReady = "image-ready"
    case containerPrepared = "container-prepared"
    case containerStarted = "container-started"
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

    private static let armed: FailPoint? = getenv("SWIFTLET_FAILPOINT").flatMap {
        FailPoint(rawValue: String(cString: $0))
    }

    /// Reads the environment now, before anything could change it.
    static func prepare() { _ = armed }

    /// Ends the process here if this is the armed place.
    func pass() {
        if FailPoint.armed == self { kill(getpid(), SIGKILL) }
    }
}
