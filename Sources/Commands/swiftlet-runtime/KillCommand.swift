import ContainerRuntime
import Glibc

/// `kill`.
struct KillCommand {
    private var all = false
    private var isPattern = false
    private let id: String
    private let signal: Int32

    init(_ reader: inout ArgumentReader) throws(UsageError) {
        var operands: [String] = []
        // A signal may look like a flag only as a number; flags may stand behind the id.
        while let flag = try reader.nextFlag(passing: &operands) {
            switch flag {
            case "--all", "-a": all = try reader.on()
            case "--regex", "-r": isPattern = try reader.on()
            default: throw reader.unknown()
            }
        }
        guard (1...2).contains(operands.count) else { throw UsageError("kill takes a container id and a signal") }
        id = operands[0]
        signal = try Self.number(operands.count == 2 ? operands[1] : "TERM")
    }

    func run(_ global: GlobalOptions) throws {
        let engine = global.engine
        for id in try isPattern ? IDPattern.matches(of: [id], engine) : [id] {
            try engine.kill(id: id, signal: signal, all: all)
        }
    }

    /// The number of `9`, `KILL` or `SIGKILL`.
    static func number(_ text: String) throws(UsageError) -> Int32 {
        if let number = Int32(text), (0...64).contains(number) { return number }
        let upper = text.uppercased()
        let name = upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper
        if let index = names.firstIndex(of: name) { return Int32(index + 1) }
        if name.hasPrefix("RTMIN+"), let offset = Int32(name.dropFirst(6)), (0...30).contains(offset) {
            return 34 + offset
        }
        if name == "RTMIN" { return 34 }
        if name == "RTMAX" { return 64 }
        throw UsageError("unknown signal \"\(text)\"")
    }

    // The position is the number less one (signal(7), x86 and arm).
    private static let names = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM",
        "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH",
        "IO",
        "PWR", "SYS",
    ]
}
