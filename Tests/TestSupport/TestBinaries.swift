import Glibc
import Linux

/// The project's own programs, as they were built beside the tests.
public enum TestBinaries {
    /// The folder that they are in: SWIFTLET_BIN, or that of the test bundle.
    public static let folder: String = {
        if let folder = getenv("SWIFTLET_BIN") { return String(cString: folder) }
        // The tests' own executable lies beside what they were built with.
        let executable = (try? FileSystem.readLink("/proc/self/exe")) ?? "."
        return FileSystem.split(executable).directory
    }()

    public static var swiftlet: String { "\(folder)/swiftlet" }
    public static var monitor: String { "\(folder)/swiftlet-monitor" }
    public static var runtime: String { "\(folder)/swiftlet-runtime" }
    public static var nameServer: String { "\(folder)/swiftlet-dns" }
    /// A program of the tests: see Tests/LeaseRound.
    public static var leaseRound: String { "\(folder)/lease-round" }
    public static var networkTool: String { "\(folder)/swiftlet-network" }
}
