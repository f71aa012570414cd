import ContainerRuntime
import Glibc
import JSONCoding
import Linux
import OCISpec

/// `update`: other limits for a container, from flags, or all of them from a file.
struct UpdateCommand {
    private typealias Resources = RuntimeSpec.Linux.Resources

    private let id: String
    private var file: String?
    private var cpu = Resources.CPU()
    private var memory = Resources.Memory()
    private var pids: Int64?
    private var weight: UInt16?
    private var resctrl = RuntimeSpec.Linux.IntelRdt()

    init(_ reader: inout ArgumentReader) throws(UsageError) {
        var operands: [String] = []
        while let flag = try reader.nextFlag(passing: &operands) {
            switch flag {
            case "--resources", "-r": file = try reader.value()
            case "--blkio-weight": weight = try Self.weight(&reader)
            case "--cpu-period": cpu.period = UInt64(try reader.number())
            case "--cpu-quota": cpu.quota = try reader.integer()
            case "--cpu-burst": cpu.burst = UInt64(try reader.number())
            case "--cpu-share", "--cpu-shares": cpu.shares = UInt64(try reader.number())
            case "--cpu-rt-period": cpu.realtimePeriod = UInt64(try reader.number())
            case "--cpu-rt-runtime": cpu.realtimeRuntime = try reader.integer()
            case "--cpu-idle": cpu.idle = try reader.integer()
            case "--cpuset-cpus": cpu.cpus = try reader.value()
            case "--cpuset-mems": cpu.mems = try reader.value()
            case "--kernel-memory": memory.kernel = try Self.bytes(&reader)
            case "--kernel-memory-tcp": memory.kernelTCP = try Self.bytes(&reader)
            case "--memory": memory.limit = try Self.bytes(&reader)
            case "--memory-reservation": memory.reservation = try Self.bytes(&reader)
            case "--memory-swap": memory.swap = try Self.bytes(&reader)
            case "--pids-limit": pids = try reader.integer()
            case "--l3-cache-schema": resctrl.l3CacheSchema = try reader.value()
            case "--mem-bw-schema": resctrl.memBwSchema = try reader.value()
            default: throw reader.unknown()
            }
        }
        guard operands.count == 1 else { throw UsageError("a container id is needed, and nothing else") }
        id = operands[0]
    }

    func run(_ global: GlobalOptions) throws {
        if resctrl != RuntimeSpec.Linux.IntelRdt() {
            throw UsageError("--l3-cache-schema and --mem-bw-schema: a container's resctrl group cannot be changed")
        }
        // As with the other runtimes, a file is all that counts.
        let resources = if let file { try read(file) } else { fromFlags }
        try global.engine.update(id: id, resources: resources)
    }

    private func read(_ file: String) throws -> RuntimeSpec.Linux.Resources {
        let limit = 1 << 20
        let bytes =
            file == "-" ? try Descriptor(owning: dup(0)).readToEnd(limit: limit) : try FileSystem.read(file, limit: limit)
        do { return try JSON.decode(Resources.self, from: bytes) } catch { throw UsageError("\(file): \(error)") }
    }

    private var fromFlags: RuntimeSpec.Linux.Resources {
        var resources = Resources()
        if cpu != Resources.CPU() { resources.cpu = cpu }
        if memory != Resources.Memory() { resources.memory = memory }
        if let pids { resources.pids = .init(limit: pids) }
        if let weight {
            resources.blockIO = .init()
            resources.blockIO?.weight = weight
        }
        return resources
    }

    private static func weight(_ reader: inout ArgumentReader) throws(UsageError) -> UInt16 {
        let number = try reader.number()
        guard let weight = UInt16(exactly: number) else { throw UsageError("--blkio-weight \(number) is too large") }
        return weight
    }

    /// A number of bytes, perhaps with a unit as runc takes it: `512m`, `1.5` is none.
    private static func bytes(_ reader: inout ArgumentReader) throws(UsageError) -> Int64 {
        let text = try reader.value()
        if let number = Int64(text) { return number }
        let units: [Character: Int64] = ["b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40]
        var rest = text.lowercased()
        // `kb` and `kib` mean the same as `k`.
        if rest.count > 2 && rest.hasSuffix("b") { rest.removeLast() }
        if rest.hasSuffix("i") { rest.removeLast() }
        guard let unit = rest.popLast().flatMap({ units[$0] }), let number = Int64(rest), number >= 0,
            case let (product, overflow) = number.multipliedReportingOverflow(by: unit), !overflow
        else { throw UsageError("\(reader.current) wants a number of bytes, not \"\(text)\"") }
        return product
    }
}
