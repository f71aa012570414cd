import Cgroups
import ContainerRuntime
import Glibc
import JSONCoding
import Linux

/// `events`: what a container uses and what happens to it, a line of JSON each, in runc's form.
struct EventsCommand {
    private var onlyStatistics: Bool
    private var interval: Int64 = 5000
    private let id: String

    private struct Event<Content: Encodable>: Encodable {
        var type: String
        var id: String
        var data: Content?
    }

    private struct Nothing: Encodable {}

    init(_ reader: inout ArgumentReader, onlyStatistics: Bool = false) throws(UsageError) {
        self.onlyStatistics = onlyStatistics
        while let flag = try reader.nextFlag() {
            switch flag {
            case "--stats": self.onlyStatistics = try reader.on()
            case "--interval": interval = try Self.milliseconds(try reader.value())
            default: throw reader.unknown()
            }
        }
        id = try RuntimeCommand.single(&reader)
    }

    func run(_ global: GlobalOptions) throws {
        let engine = global.engine
        guard let (record, status) = try engine.container(id: id), status != .stopped else {
            throw UsageError("container \(id) is not running")
        }
        guard let cgroup = record.cgroup else { throw UsageError("container \(id) has no cgroup") }
        if onlyStatistics { return try print(cgroup) }
        let process = try ProcessHandle(pid: record.pid)
        // Between the look and the pidfd the number may have gone to another process.
        guard try engine.container(id: id)?.status != .stopped else { return }
        var watch = try OOMWatch(cgroup)
        var next = Monotonic.now.nanoseconds + interval * 1_000_000
        while true {
            var interests = [
                pollfd(fd: process.descriptor.rawValue, events: Int16(POLLIN), revents: 0),
                pollfd(fd: watch?.descriptor.rawValue ?? -1, events: Int16(POLLIN), revents: 0),
            ]
            let left = max(0, (next - Monotonic.now.nanoseconds + 999_999) / 1_000_000)
            poll(&interests, 2, Int32(clamping: left))
            if let kills = watch?.newKills() {
                for _ in 0..<kills { try print(Event<Nothing>(type: "oom", id: id)) }
            }
            if interests[0].revents != 0 { return }
            if Monotonic.now.nanoseconds >= next {
                try print(cgroup)
                next += interval * 1_000_000
            }
        }
    }

    private func print(_ cgroup: Cgroup) throws {
        try print(Event(type: "stats", id: id, data: cgroup.controllerStatistics()))
    }

    private func print(_ event: some Encodable) throws {
        Log.print(1, String(decoding: try JSON.encode(event), as: UTF8.self))
    }

    /// Go's durations, of one unit: `5s`, `100ms`, `1m`.
    private static func milliseconds(_ text: String) throws(UsageError) -> Int64 {
        for (unit, factor) in [("ms", Int64(1)), ("s", 1000), ("m", 60_000), ("h", 3_600_000)] where text.hasSuffix(unit) {
            guard let number = Int64(text.dropLast(unit.count)), (1...1_000_000).contains(number) else { break }
            return number * factor
        }
        throw UsageError("--interval is a time such as 5s or 100ms, not \"\(text)\"")
    }
}
