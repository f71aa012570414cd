import Linux

/// The programs that the agent starts. They lie beside `swiftlet` itself, or as in the package in `../libexec/swiftlet`, or
/// where `--helpers` says.
struct HelperPrograms {
    let monitor: String
    let runtime: String
    let nameServer: String

    init(directory: String?) throws {
        let folder = try directory ?? Self.ownFolder()
        monitor = "\(folder)/swiftlet-monitor"
        runtime = "\(folder)/swiftlet-runtime"
        nameServer = "\(folder)/swiftlet-dns"
        // Said at the start and not by the first pod.
        for program in [monitor, runtime, nameServer] { _ = try FileSystem.status(program) }
    }

    private static func ownFolder() throws(SystemError) -> String {
        let beside = FileSystem.split(try FileSystem.readLink("/proc/self/exe")).directory
        if FileSystem.exists("\(beside)/swiftlet-monitor") { return beside }
        let packaged = "\(FileSystem.split(beside).directory)/libexec/swiftlet"
        // Where neither has it, the message names the place that people look at.
        return FileSystem.exists("\(packaged)/swiftlet-monitor") ? packaged : beside
    }
}
