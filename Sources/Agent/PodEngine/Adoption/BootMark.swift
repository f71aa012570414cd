import Linux

/// Tells a restart of the agent from a reboot of the machine, where the run directory outlives one.
enum BootMark {
    private static let source = "/proc/sys/kernel/random/boot_id"

    /// Empties the pods' part of the run directory if it is of another boot: nothing that it speaks of exists.
    static func check(run: String) throws(SystemError) {
        let boot = try FileSystem.readText(source)
        let mark = "\(run)/boot-id"
        try FileSystem.makeDirectories(run)
        try FileSystem.removeUnfinished(in: run)
        if FileSystem.exists(mark), try FileSystem.readText(mark) != boot { try FileSystem.removeTree("\(run)/pods") }
        try FileSystem.writeAtomically(mark, Array((boot + "\n").utf8), durable: false)
    }
}
