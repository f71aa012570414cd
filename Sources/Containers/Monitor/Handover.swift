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
    /// What is open for it.
    public var descriptors: Descriptors
    /// The monitor's oom_score_adj before it lowered it, for the programs it starts.
    public var oomScoreAdjustment: Int32
    /// Where the kernel counts the container's OOM kills, if that was found out, and where it began to count.
    public var oomCounter: OOMCounter?

    /// Numbers of descriptors. −1: there is none.
    public struct Descriptors: Sendable, Hashable {
        /// Our ends of the container's standard streams. A terminal is `output`, and `input` where it is open; there is no
        /// `error` then.
        public var input: Int32 = -1
        public var output: Int32 = -1
        public var error: Int32 = -1
        /// The attach socket.
        public var attach: Int32 = -1
        /// The pipe that takes a terminal's size.
        public var control: Int32 = -1
        /// The socket at which the container says that it is ready.
        public var notify: Int32 = -1
        /// Where an exec session's exit code is told.
        public var sync: Int32 = -1

        public init() {}

        /// All of them, in the order of their declaration.
        var all: [Int32] { [input, output, error, attach, control, notify, sync] }
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
        var texts = ["\(pid)", "\(startTime)", "\(startedAt)"]
        texts += descriptors.all.map(String.init)
        texts += [
            "\(oomScoreAdjustment)", "\(oomCounter?.before ?? 0)", "\(oomCounter?.aroundBefore ?? 0)", oomCounter?.file ?? "",
        ]
        return texts.joined(separator: ",")
    }

    /// Reads what `argument` made.
    public init(argument: String) throws(UsageError) {
        // The path comes last: it may hold commas.
        let fields = argument.split(separator: ",", maxSplits: 13, omittingEmptySubsequences: false)
        // The time is the one number that may be larger than a signed one.
        let numbers = fields.dropLast().enumerated().compactMap { $0 == 1 ? 0 : Int($1) }
        guard fields.count == 14, numbers.count == 13, let startTime = UInt64(fields[1]) else {
            throw UsageError("--watch \(argument): not what a monitor hands over")
        }
        var descriptors = Descriptors()
        let small = numbers.map { Int32(truncatingIfNeeded: $0) }
        descriptors.input = small[3]
        descriptors.output = small[4]
        descriptors.error = small[5]
        descriptors.attach = small[6]
        descriptors.control = small[7]
        descriptors.notify = small[8]
        descriptors.sync = small[9]
        self.init(
            pid: small[0],
            startTime: startTime,
            startedAt: Int64(numbers[2]),
            descriptors: descriptors,
            oomScoreAdjustment: small[10],
            oomCounter: fields[13].isEmpty
                ? nil : OOMCounter(file: String(fields[13]), before: numbers[11], aroundBefore: numbers[12])
        )
    }
}

extension Handover {
    /// Lets the descriptors that the second half needs survive execve(2).
    func keepAcrossExec(lock: Int32?) { setFlags(0, lock: lock) }

    /// Makes them close-on-exec again: no program that the second half starts may hold them.
    func takeOver(lock: Int32?) { setFlags(FD_CLOEXEC, lock: lock) }

    private func setFlags(_ flags: Int32, lock: Int32?) {
        let kept = descriptors.all + [lock ?? -1]
        for number in kept where number >= 0 { _ = clinux_fcntl_int(number, F_SETFD, flags) }
    }
}
