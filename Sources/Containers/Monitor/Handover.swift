import CLinux
import Glibc

/// What the first half of a monitor, which makes the container, leaves to the second, which only watches it.
///
/// The first half needs the heap of a whole container runtime; the second must be small for as long as the container
/// runs. So the monitor runs its own program again: same pid, same children, same descriptors, a fresh address space.
public struct Handover: Sendable, Hashable {
    /// The container's first process.
    public var pid: Int32
    /// When it began, in clock ticks since boot: with the pid its name for good.
    public var startTime: UInt64
    /// When the container was started; nanoseconds since 1970.
    public var startedAt: Int64
    /// Our ends of the container's standard streams, the attach socket and the pipe that takes a terminal's size. −1: there
    /// is none. A terminal is `output`, and `input` where it is open; there is no `error` then.
    public var descriptors: Descriptors
    /// The monitor's oom_score_adj before it lowered it, for the programs it starts.
    public var oomScoreAdjustment: Int32
    /// Where the kernel counts the container's OOM kills, if that was found out, and where it began to count.
    public var oomCounter: OOMCounter?

    public struct Descriptors: Sendable, Hashable {
        public var input: Int32
        public var output: Int32
        public var error: Int32
        public var attach: Int32
        public var control: Int32

        public init(input: Int32, output: Int32, error: Int32, attach: Int32, control: Int32 = -1) {
            self.input = input
            self.output = output
            self.error = error
            self.attach = attach
            self.control = control
        }
    }

    public init(
        pid: Int32,
        startTime: UInt64,
        startedAt: Int64,
        descriptors: Descriptors,
        oomScoreAdjustment: Int32,
        oomCounter: OOMCounter?
    ) {
        self.pid = pid
        self.startTime = startTime
        self.startedAt = startedAt
        self.descriptors = descriptors
        self.oomScoreAdjustment = oomScoreAdjustment
        self.oomCounter = oomCounter
    }

    /// The value of `--watch`.
    public var argument: String {
        let texts = [
            "\(pid)", "\(startTime)", "\(startedAt)", "\(descriptors.input)", "\(descriptors.output)",
            "\(descriptors.error)", "\(descriptors.attach)", "\(descriptors.control)", "\(oomScoreAdjustment)",
            "\(oomCounter?.before ?? 0)", "\(oomCounter?.aroundBefore ?? 0)", oomCounter?.file ?? "",
        ]
        return texts.joined(separator: ",")
    }

    /// Reads what `argument` made.
    public init(argument: String) throws(UsageError) {
        // The path comes last: it may hold commas.
        let fields = argument.split(separator: ",", maxSplits: 11, omittingEmptySubsequences: false)
        guard fields.count == 12,
            let pid = Int32(fields[0]), let startTime = UInt64(fields[1]), let startedAt = Int64(fields[2]),
            let input = Int32(fields[3]), let output = Int32(fields[4]), let error = Int32(fields[5]),
            let attach = Int32(fields[6]), let control = Int32(fields[7]), let adjustment = Int32(fields[8]),
            let oomKills = Int(fields[9]), let oomKillsAround = Int(fields[10])
        else {
            throw UsageError("--watch \(argument): not what a monitor hands over")
        }
        self.init(
            pid: pid,
            startTime: startTime,
            startedAt: startedAt,
            descriptors: Descriptors(
                input: input, output: output, error: error, attach: attach, control: control),
            oomScoreAdjustment: adjustment,
            oomCounter: fields[11].isEmpty
                ? nil : OOMCounter(file: String(fields[11]), before: oomKills, aroundBefore: oomKillsAround)
        )
    }
}

extension Handover {
    /// Lets the descriptors that the second half needs survive execve(2).
    func keepAcrossExec(lock: Int32?) { setFlags(0, lock: lock) }

    /// Makes them close-on-exec again: no program that the second half starts may hold them.
    func takeOver(lock: Int32?) { setFlags(FD_CLOEXEC, lock: lock) }

    private func setFlags(_ flags: Int32, lock: Int32?) {
        let kept = [
            descriptors.input, descriptors.output, descriptors.error, descriptors.attach, descriptors.control, lock ?? -1,
        ]
        for number in kept where number >= 0 { _ = clinux_fcntl_int(number, F_SETFD, flags) }
    }
}
