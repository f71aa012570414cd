/// What `checkpoint` and `restore` are told; most of it is for criu(8), under its own names.
public struct CheckpointOptions: Sendable {
    /// The folder of the images.
    public var imagePath = "checkpoint"
    /// The folder of criu's log; by default that of the images.
    public var workPath: String?
    /// A folder of earlier images that these add to, relative to the images.
    public var parentPath: String?
    public var leavesRunning = false
    /// Writes memory down and leaves the container as it is, for a later checkpoint to add to.
    public var isPreDump = false
    /// `--tcp-established`, `--ext-unix-sk`, `--shell-job`, `--file-locks`, `--link-remap`, `--auto-dedup`,
    /// `--tcp-close`: passed on as they are.
    public var switches: [String] = []
    /// `soft`, `full`, `strict` or `ignore`.
    public var cgroupMode = "soft"

    public init() {}

    public static let knownSwitches: Set<String> = [
        "--tcp-established", "--ext-unix-sk", "--shell-job", "--file-locks", "--link-remap", "--auto-dedup",
        "--tcp-close",
    ]

    var logFolder: String { workPath ?? imagePath }

    /// What both verbs say alike.
    var common: [String] {
        var arguments = ["--images-dir", imagePath, "-v4"] + switches + Criu.networkLock
        if let workPath { arguments += ["--work-dir", workPath] }
        return arguments
    }
}
