import Glibc
import Linux

/// A program in a container, and the runtime that waits for it.
public final class ExecProgram: Sendable {
    private let runtime: ProcessReference
    private let files: ExecFiles

    /// How long a program that was hung up has until it is killed.
    private static let patience = Duration.seconds(1)

    init(_ runtime: ProcessReference, _ files: ExecFiles) {
        self.runtime = runtime
        self.files = files
    }

    deinit {
        files.remove()
    }

    /// A pidfd: readable when it has ended.
    var descriptor: Int32 { runtime.handle.descriptor.rawValue }

    /// Waits for the end; the exit code, or 128 and the signal. Once: the status is taken.
    public func waitForEnd() async throws(MonitorError) -> Int32 {
        try await runtime.waitUntilEnded()
        return runtime.reap()?.code ?? 255
    }

    /// Ends the program as a terminal that is hung up does, and by SIGKILL where that is not enough. Whatever shares its
    /// session goes with it. Returns when nothing of it is left; also in a task that was cancelled.
    public func hangUp() async {
        // A task of its own: waiting would end at once in a cancelled one.
        await Task { await end() }.value
    }

    private func end() async {
        let members = session
        for member in members { member.signal(SIGHUP) }
        if !members.isEmpty, await hasEnded(within: Self.patience) {
            // Those who did not follow their leader.
            for member in members { member.signal(SIGKILL) }
            return
        }
        // A runtime that is stopped starts nothing and reaps nothing: its child's number stays its child's.
        send(SIGSTOP)
        // Each look may find what was forked since the one before; a process that was killed forks no more.
        for _ in 0..<16 {
            let members = session
            if members.isEmpty { break }
            for member in members { member.signal(SIGKILL) }
        }
        send(SIGKILL)
        // It was killed: this cannot take long, and a zombie would stay otherwise.
        _ = await hasEnded(within: .seconds(60))
    }

    /// The program and all that share its session.
    private var session: [ProcessTable.Entry] {
        let all = ProcessTable.all
        // Before it has a session of its own the program is known as the runtime's child only.
        guard let leader = all.first(where: { $0.parent == runtime.handle.pid })?.pid else { return [] }
        return all.filter { $0.session == leader || $0.pid == leader }
    }

    /// ESRCH: it has ended by itself.
    private func send(_ number: Int32) { try? runtime.handle.signal(number) }

    private func hasEnded(within limit: Duration) async -> Bool {
        let copy: Descriptor
        do throws(SystemError) { copy = try runtime.handle.descriptor.duplicate() } catch { return false }
        let deadline = Monotonic.now.advanced(by: limit)
        guard (try? await EventThread.shared.wait(for: .readable, on: copy.rawValue, until: deadline)) == true else {
            return false
        }
        _ = runtime.reap()
        return true
    }
}

/// What /proc/<pid>/stat says of processes.
enum ProcessTable {
    struct Entry {
        var pid: pid_t
        var parent: pid_t
        var session: pid_t
        var startTime: UInt64

        /// Signals this process, and not another that has got its number.
        func signal(_ number: Int32) {
            // ESRCH: it has ended.
            guard let handle = try? ProcessHandle(pid: pid), ProcessTable.entry(pid)?.startTime == startTime else { return }
            try? handle.signal(number)
        }
    }

    /// All that have not ended; those that end meanwhile may be missing.
    static var all: [Entry] {
        let names = (try? FileSystem.list("/proc")) ?? []
        return names.compactMap { pid_t($0) }.compactMap(entry)
    }

    /// Nil for a zombie too: it has ended for everybody but its parent.
    static func entry(_ pid: pid_t) -> Entry? {
        guard let text = try? FileSystem.readText("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else {
            return nil
        }
        // Behind the command in parentheses: state, parent, group, session, … start time as the 20th.
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", let parent = pid_t(fields[1]), let session = pid_t(fields[3]),
            let start = UInt64(fields[19])
        else { return nil }
        return Entry(pid: pid, parent: parent, session: session, startTime: start)
    }
}
