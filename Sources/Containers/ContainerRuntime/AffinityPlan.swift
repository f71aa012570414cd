import CLinux
import Glibc
import Linux
import OCISpec

/// `process.execCPUAffinity`: the processors of a process of `exec` before and after it is in the container's cgroup.
struct AffinityPlan: Sendable {
    let initial: NumberList?
    let final: NumberList?

    init(_ given: RuntimeSpec.Process.ExecCPUAffinity?) throws(RuntimeError) {
        initial = try Self.list("initial", given?.initial)
        final = try Self.list("final", given?.final)
    }

    private static func list(_ name: String, _ text: String?) throws(RuntimeError) -> NumberList? {
        guard let text, !text.isEmpty else { return nil }
        if let list = NumberList(text) { return list }
        throw RuntimeError(
            .invalidConfiguration,
            "process.execCPUAffinity.\(name) \"\(text)\" is no list of processors"
        )
    }

    static func apply(_ list: NumberList?) throws(RuntimeError) {
        guard let words = list?.words else { return }
        try step("set the processors") { () throws(SystemError) in
            try retrying("sched_setaffinity") { clinux_sched_setaffinity(words, UInt(words.count * 8)) }
        }
    }
}
