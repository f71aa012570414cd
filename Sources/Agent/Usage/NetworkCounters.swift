import Glibc
import Linux
import UsageSpec

/// Counters of a network namespace, by way of a process in it.
enum NetworkCounters {
    /// Nil where the process has ended meanwhile.
    static func read(of process: Int32) -> [InterfaceUsage]? {
        guard let before = startTime(of: process),
            let text = try? FileSystem.readText("/proc/\(process)/net/dev"),
            // Its number may have become another's in between.
            startTime(of: process) == before
        else { return nil }
        return InterfaceUsage.parse(text)
    }

    /// Field 22 of proc_pid_stat(5); the name in field 2 may hold anything, so it is counted from the last `)`.
    private static func startTime(of process: Int32) -> Substring? {
        guard let text = try? FileSystem.readText("/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else {
            return nil
        }
        let fields = text[text.index(after: end)...].split(separator: " ")
        // A zombie has no namespaces any more.
        return fields.count > 19 && fields[0] != "Z" ? fields[19] : nil
    }
}
