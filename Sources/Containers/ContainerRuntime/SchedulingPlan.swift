import CLinux
import Glibc
import Linux
import OCISpec

/// `process.scheduler` in the numbers of sched_setattr(2).
struct SchedulingPlan: Sendable {
    private let scheduler: RuntimeSpec.Process.Scheduler
    private let policy: UInt32
    private let flags: UInt64

    // The position is the number (linux/sched.h).
    private static let policies = [
        "SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH", "SCHED_ISO", "SCHED_IDLE", "SCHED_DEADLINE",
    ]
    // The position is the bit.
    private static let flags = [
        "SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM", "SCHED_FLAG_DL_OVERRUN", "SCHED_FLAG_KEEP_POLICY",
        "SCHED_FLAG_KEEP_PARAMS", "SCHED_FLAG_UTIL_CLAMP_MIN", "SCHED_FLAG_UTIL_CLAMP_MAX",
    ]

    init(_ scheduler: RuntimeSpec.Process.Scheduler) throws(RuntimeError) {
        guard let number = Self.policies.firstIndex(of: scheduler.policy) else {
            throw RuntimeError(
                .invalidConfiguration,
                "process.scheduler.policy \"\(scheduler.policy)\" is not known"
            )
        }
        var flags: UInt64 = 0
        for flag in scheduler.flags ?? [] {
            guard let bit = Self.flags.firstIndex(of: flag) else {
                throw RuntimeError(
                    .invalidConfiguration,
                    "process.scheduler.flags has \"\(flag)\", which is not known"
                )
            }
            flags |= 1 << UInt64(bit)
        }
        self.scheduler = scheduler
        policy = UInt32(number)
        self.flags = flags
        if scheduler.policy == "SCHED_DEADLINE" { try checkDeadline() }
    }

    /// What sched_setattr(2) says by EINVAL alone.
    private func checkDeadline() throws(RuntimeError) {
        func invalid(_ message: String) -> RuntimeError {
            RuntimeError(.invalidConfiguration, "process.scheduler: sched_setattr: `SCHED_DEADLINE` \(message)")
        }
        guard let runtime = scheduler.runtime else { throw invalid("requires `runtime`") }
        guard let deadline = scheduler.deadline else { throw invalid("requires `deadline`") }
        // Without a period the deadline is it.
        let period = scheduler.period.flatMap { $0 == 0 ? nil : $0 } ?? deadline
        if runtime == 0 { throw invalid("runtime must be greater than 0") }
        if runtime > deadline { throw invalid("runtime \(runtime) must be <= deadline \(deadline)") }
        if deadline > period { throw invalid("deadline \(deadline) must be <= period \(period)") }
        // The kernel's resolution is 1024 ns, and it keeps the highest bit for itself.
        guard (1024..<1 << 63).contains(runtime) else {
            throw invalid("runtime \(runtime) must be between 1024 and \(UInt64(1) << 63 - 1)")
        }
    }

    func apply() throws(RuntimeError) {
        try step("set the scheduler") { () throws(SystemError) in
            try retrying("sched_setattr", scheduler.policy) {
                clinux_sched_setattr(
                    policy,
                    flags,
                    scheduler.nice ?? 0,
                    UInt32(clamping: scheduler.priority ?? 0),
                    scheduler.runtime ?? 0,
                    scheduler.deadline ?? 0,
                    scheduler.period ?? 0
                )
            }
        }
    }
}
