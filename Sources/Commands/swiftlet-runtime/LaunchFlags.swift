import ContainerRuntime
import Glibc
import Linux

/// What `create`, `run` and `restore` take alike, and do alike with the process that they have made.
struct LaunchFlags {
    var bundle = "."
    var options = LaunchOptions()
    private(set) var detaches = false
    private var pidFile: String?
    private var pidfdSocket: String?

    /// Whether the flag was one of them.
    mutating func take(_ flag: String, _ reader: inout ArgumentReader) throws(UsageError) -> Bool {
        switch flag {
        case "--bundle", "-b": bundle = try reader.value()
        case "--pid-file": pidFile = try reader.value()
        case "--pidfd-socket": pidfdSocket = try reader.value()
        case "--console-socket": options.console = .socket(path: try reader.value())
        case "--detach", "-d": detaches = try reader.on()
        case "--no-pivot": options.noPivot = try reader.on()
        case "--no-subreaper": _ = try reader.on()
        default: return false
        }
        return true
    }

    /// Tells the caller of the process, in the ways that he has asked for. Where that fails he knows of none, so that there
    /// must be none.
    func announce(_ process: borrowing LaunchedProcess, id: String, _ engine: ContainerEngine) throws {
        do {
            if let pidFile { try PidFile.write(process.pid, to: pidFile) }
            if let pidfdSocket { try process.send(to: pidfdSocket) }
        } catch {
            // What failed is what the caller wants to know.
            try? engine.delete(id: id, force: true)
            throw error
        }
    }
}

/// The file by which a caller learns a process's number.
enum PidFile {
    static func write(_ pid: Int32, to path: String) throws(SystemError) {
        try FileSystem.writeAtomically(path, Array("\(pid)".utf8), durable: false)
    }
}
