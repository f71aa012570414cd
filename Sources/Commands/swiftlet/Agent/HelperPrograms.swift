import Linux

/// The programs that the agent starts. They lie beside `swiftlet` itself, or where `--helpers` says.
struct HelperPrograms {
    let monitor: String
    let runtime: String

    init(directory: String?) throws {
        let folder = try directory ?? FileSystem.split(FileSystem.readLink("/proc/self/exe")).directory
        monitor = "\(folder)/swiftlet-monitor"
        runtime = "\(folder)/swiftlet-runtime"
        // Said at the start and not by the first pod.
        for program in [monitor, runtime] { _ = try FileSystem.status(program) }
    }
}
