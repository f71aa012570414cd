import Glibc
import Linux

/// The files that a monitor leaves for others: under the run directory and wherever the command line says.
struct RunDirectory: Sendable {
    let id: String
    let places: MonitorOptions.Places
    /// Where `oom` is made: the run directory, and in conmon's stead its working directory too, which is the bundle and where
    /// podman looks.
    private let oomFolders: [String]

    init(_ options: MonitorOptions) {
        id = options.container.id
        places = options.places
        let bundle = options.runtime.ownsLifecycle ? "" : options.container.bundle
        oomFolders = [places.persistDirectory, bundle].filter { !$0.isEmpty }
    }

    /// Makes the folders.
    func prepare() throws(SystemError) {
        for directory in [places.persistDirectory, places.exitDirectory] where !directory.isEmpty {
            try FileSystem.makeDirectories(directory)
        }
    }

    /// Who we are, in the file that whoever started us holds locked and in conmon's pid file.
    func write(monitorPid: Int32) throws(SystemError) {
        if let lock = places.lockDescriptor {
            let text = "\(monitorPid) \(ProcessHandle.startTime(of: monitorPid) ?? 0)\n"
            let bytes = Array(text.utf8)
            try retrying("pwrite", "lock file") { pwrite(lock, bytes, bytes.count, 0) }
        }
        try writeMonitorPidFile(monitorPid)
    }

    /// conmon's pid file, where one is wanted.
    func writeMonitorPidFile(_ pid: Int32) throws(SystemError) {
        guard !places.monitorPidFile.isEmpty else { return }
        try FileSystem.writeAtomically(places.monitorPidFile, Array("\(pid)".utf8), durable: false)
    }

    /// The container's first process, where the runtime does not write it by itself.
    func write(pid: Int32) throws(SystemError) {
        guard !places.pidFile.isEmpty else { return }
        try FileSystem.writeAtomically(places.pidFile, Array("\(pid)".utf8), durable: false)
    }

    /// What went less well than asked while the container was made, a line each. No file: nothing.
    func write(warnings: [String]) throws(SystemError) {
        guard !places.persistDirectory.isEmpty, !warnings.isEmpty else { return }
        let lines = warnings.map { "\($0)\n" }.joined()
        try FileSystem.writeAtomically("\(places.persistDirectory)/warnings", Array(lines.utf8), durable: false)
    }

    /// The record. An end is made durable: nobody is told of it before it would outlive a power cut.
    func write(_ record: StatusRecord) throws(SystemError) {
        guard !places.persistDirectory.isEmpty else { return }
        let isFinal = record.end != nil || record.error != nil
        try FileSystem.writeAtomically("\(places.persistDirectory)/status.json", record.json, durable: isFinal)
    }

    /// conmon's exit files: the code in decimal, without a newline, for those who watch the folder.
    func announce(_ end: StatusRecord.End) throws(SystemError) {
        let code = Array("\(end.exitCode)".utf8)
        if end.oomKilled {
            for folder in oomFolders { try FileSystem.writeAtomically("\(folder)/oom", [], durable: false) }
        }
        if !places.persistDirectory.isEmpty {
            try FileSystem.writeAtomically("\(places.persistDirectory)/exit", code, durable: false)
        }
        if !places.exitDirectory.isEmpty {
            try FileSystem.writeAtomically("\(places.exitDirectory)/\(id)", code, durable: false)
        }
    }
}
