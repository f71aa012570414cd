import AgentAPI
import Cgroups
import Glibc
import Linux

/// What the machine is, read once at the start.
struct NodeFacts: Sendable {
    let node: SystemInfo.Node
    /// What the machine lacks and what is done instead.
    let warnings: [String]

    init(layout: CgroupLayout) throws(SystemError) {
        var name = utsname()
        try retrying("uname") { uname(&name) }
        node = SystemInfo.Node(
            hostname: Self.text(name.nodename),
            kernel: Self.text(name.release),
            operatingSystem: Self.operatingSystem(),
            architecture: Self.architecture(Self.text(name.machine)),
            cpus: sysconf(Int32(_SC_NPROCESSORS_ONLN)),
            memoryBytes: Int64(sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))),
            cgroups: layout.mode.rawValue
        )
        var warnings: [String] = []
        // CAP_SYS_RESOURCE is capability 24 (capability.h).
        if try Self.effectiveCapabilities() & (1 << 24) == 0 {
            warnings.append("no CAP_SYS_RESOURCE: hard limits are clamped and oom_score_adj is not lowered")
        }
        let missing = ["cpu", "memory", "pids"].filter { !layout.controllers.contains($0) }
        if !missing.isEmpty {
            warnings.append("no cgroup controller \(missing.joined(separator: ", ")): pods that need it are refused")
        }
        self.warnings = warnings
    }

    private static func text<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private static func architecture(_ machine: String) -> String {
        switch machine {
        case "x86_64": "amd64"
        case "aarch64": "arm64"
        default: machine
        }
    }

    /// PRETTY_NAME of os-release(5); "Linux" where there is none.
    private static func operatingSystem() -> String {
        // Shown to people only: a machine without the file is still a machine.
        guard let text = try? FileSystem.readText("/etc/os-release") else { return "Linux" }
        for line in text.split(separator: "\n") where line.hasPrefix("PRETTY_NAME=") {
            let value = line.dropFirst("PRETTY_NAME=".count)
            return String(value.filter { $0 != "\"" })
        }
        return "Linux"
    }

    /// CapEff of proc(5).
    private static func effectiveCapabilities() throws(SystemError) -> UInt64 {
        let status = try FileSystem.readText("/proc/self/status")
        for line in status.split(separator: "\n") where line.hasPrefix("CapEff:") {
            return UInt64(line.dropFirst("CapEff:".count).drop { $0 == "\t" || $0 == " " }, radix: 16) ?? 0
        }
        return 0
    }
}
