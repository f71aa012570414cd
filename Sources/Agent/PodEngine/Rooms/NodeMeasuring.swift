import Glibc
import Linux

/// How much there is of what pods share, on the machine as a whole.
public protocol NodeMeasuring: Sendable {
    /// The signals that can be measured now. Does not block for longer than a few system calls.
    func measure() throws(SystemError) -> [EvictionSignal: EvictionObservation]

    /// Returns when memory may have become short; nil where nobody tells, and one has to look.
    var memoryShortage: (@Sendable () async throws -> Void)? { get }

    /// Returns when so little memory as one of these may be left; nil where nobody tells. The thresholds are those of now: ask
    /// again after every look.
    func memoryCrossing(_ thresholds: [EvictionPolicy.Amount]) -> (@Sendable () async throws -> Void)?
}

extension NodeMeasuring {
    public var memoryShortage: (@Sendable () async throws -> Void)? { nil }

    public func memoryCrossing(_ thresholds: [EvictionPolicy.Amount]) -> (@Sendable () async throws -> Void)? { nil }
}

/// The figures of the machine itself.
public struct MachineSignals: NodeMeasuring {
    /// A folder of the file system of pods.
    private let nodeFolder: String
    /// A folder of the file system of images.
    private let imageFolder: String
    /// Nil where the kernel does not tell of stalls.
    private let stall: PressureStall?
    /// Where the memory controller of version 1 is mounted; nil where it is of version 2.
    private let memoryGroup: String?

    /// The page cache grows and shrinks all the time: near a threshold one is not told of less than this.
    private static let leastGrowth: Int64 = 16 << 20

    /// - Parameter memoryGroup: where the memory controller of version 1 is mounted; nil where it is of version 2.
    public init(nodeFolder: String, imageFolder: String, memoryGroup: String? = nil) {
        self.memoryGroup = memoryGroup
        self.nodeFolder = nodeFolder
        self.imageFolder = imageFolder
        // A tenth of two seconds: whoever reclaims in peace does not wait that long. Without PSI one looks, as ever.
        stall = try? PressureStall(of: .milliseconds(200), within: .seconds(2))
    }

    public var memoryShortage: (@Sendable () async throws -> Void)? {
        guard let stall else { return nil }
        return { try await stall.wait() }
    }

    /// The kernel's own thresholds, which only version 1 has: they are crossed before any task has to wait for memory.
    public func memoryCrossing(_ thresholds: [EvictionPolicy.Amount]) -> (@Sendable () async throws -> Void)? {
        guard let memoryGroup, !thresholds.isEmpty else { return nil }
        return {
            guard let now = MachineText.memory(try FileSystem.readText("/proc/meminfo")) else {
                throw SystemError(call: "read", errno: EINVAL, subject: "/proc/meminfo")
            }
            let growths = MachineText.growths(to: thresholds, from: now).map { max($0, Self.leastGrowth) }
            try await MemoryThreshold(of: memoryGroup, beyond: growths).wait()
        }
    }

    public func measure() throws(SystemError) -> [EvictionSignal: EvictionObservation] {
        var signals: [EvictionSignal: EvictionObservation] = [:]
        signals[.memoryAvailable] = MachineText.memory(try FileSystem.readText("/proc/meminfo"))
        let node = try FileSystem.usage(of: nodeFolder)
        signals[.nodeStorageAvailable] = EvictionObservation(available: node.available, capacity: node.capacity)
        let image = try FileSystem.usage(of: imageFolder)
        signals[.imageStorageAvailable] = EvictionObservation(available: image.available, capacity: image.capacity)
        for (signal, folder) in [(EvictionSignal.nodeInodesFree, nodeFolder), (.imageInodesFree, imageFolder)] {
            let inodes = try FileSystem.inodes(of: folder)
            // A file system without a number of them cannot run out of them.
            guard inodes.capacity > 0 else { continue }
            signals[signal] = EvictionObservation(available: inodes.available, capacity: inodes.capacity)
        }
        signals[.processesAvailable] = MachineText.processes(
            load: try FileSystem.readText("/proc/loadavg"),
            limits: [
                try FileSystem.readText("/proc/sys/kernel/pid_max"), try FileSystem.readText("/proc/sys/kernel/threads-max"),
            ]
        )
        return signals
    }
}

/// What files of proc(5) say of the machine. No I/O.
package enum MachineText {
    /// The kubelet's figure: all memory without its working set, which is what is used without file pages that could go at once.
    package static func memory(_ meminfo: String) -> EvictionObservation? {
        var kilobytes: [Substring: Int64] = [:]
        for line in meminfo.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count > 1 { kilobytes[words[0]] = Int64(words[1]) }
        }
        guard let total = kilobytes["MemTotal:"], let free = kilobytes["MemFree:"] else { return nil }
        let available = min(total, free + (kilobytes["Inactive(file):"] ?? 0))
        return EvictionObservation(available: available * 1024, capacity: total * 1024)
    }

    /// How much more has to be used until as little is left as each of these; of those that are crossed already, nothing.
    package static func growths(to thresholds: [EvictionPolicy.Amount], from now: EvictionObservation) -> [Int64] {
        Set(thresholds.map { now.available - $0.of(now.capacity) }).filter { $0 > 0 }.sorted()
    }

    /// Of as many as the kernel numbers, and lets there be, those that are left; threads count (proc_loadavg(5)).
    package static func processes(load: String, limits: [String]) -> EvictionObservation? {
        let words = load.split(whereSeparator: { $0 == " " || $0 == "\n" })
        let figures = limits.compactMap { Int64($0.prefix { $0.isNumber }) }
        guard words.count > 3, let running = words[3].split(separator: "/").last.flatMap({ Int64($0) }),
            let capacity = figures.min()
        else { return nil }
        return EvictionObservation(available: max(0, capacity - running), capacity: capacity)
    }
}
