import CVersion

/// The result of `system.version`.
public struct VersionInfo: APIValue, Hashable {
    /// The agent's version.
    public var version: String
    /// The version of the RPC; within a major one, things are only added.
    public var apiVersion: String
    /// The oldest client's `apiVersion` that is served.
    public var minClient: String

    public init(version: String, apiVersion: String, minClient: String) {
        self.version = version
        self.apiVersion = apiVersion
        self.minClient = minClient
    }

    /// Of this build.
    public static let current = VersionInfo(version: String(cString: cversion()), apiVersion: "1.0", minClient: "1.0")

    public static let schema = Schema.named(
        "VersionInfo",
        .object([
            .required("version", .string, "The agent's version."),
            .required("apiVersion", .string, "The version of the RPC; within a major one, things are only added."),
            .required("minClient", .string, "The oldest client's apiVersion that is served."),
        ])
    )
}

/// The result of `system.info`: the machine, the agent on it, and what it keeps.
public struct SystemInfo: APIValue, Hashable {
    public struct Node: APIValue, Hashable {
        public var hostname: String
        public var kernel: String
        public var operatingSystem: String
        public var architecture: String
        public var cpus: Int
        public var memoryBytes: Int64
        /// `v1`, `v2` or `hybrid`.
        public var cgroups: String

        public init(
            hostname: String,
            kernel: String,
            operatingSystem: String,
            architecture: String,
            cpus: Int,
            memoryBytes: Int64,
            cgroups: String
        ) {
            self.hostname = hostname
            self.kernel = kernel
            self.operatingSystem = operatingSystem
            self.architecture = architecture
            self.cpus = cpus
            self.memoryBytes = memoryBytes
            self.cgroups = cgroups
        }

        public static let schema = Schema.named(
            "SystemInfo.Node",
            .object([
                .required("hostname", .string, "The host's name."),
                .required("kernel", .string, "The kernel's release."),
                .required("operatingSystem", .string, "`PRETTY_NAME` of os-release."),
                .required("architecture", .string, "`amd64`, `arm64`."),
                .required("cpus", .count, "Processors."),
                .required("memoryBytes", .count, "Main memory."),
                .required("cgroups", .choice(["v1", "v2", "hybrid"]), "How control groups are mounted."),
            ])
        )
    }

    public struct Agent: APIValue, Hashable {
        public var version: String
        public var pid: Int
        /// RFC 3339.
        public var startedAt: String
        /// The folders in use by name: `root`, `runRoot`, `manifests`, `logs`, …
        public var paths: [String: String]

        public init(version: String, pid: Int, startedAt: String, paths: [String: String]) {
            self.version = version
            self.pid = pid
            self.startedAt = startedAt
            self.paths = paths
        }

        public static let schema = Schema.named(
            "SystemInfo.Agent",
            .object([
                .required("version", .string, "The agent's version."),
                .required("pid", .count, "The agent's process id."),
                .required("startedAt", .time, "When it started."),
                .required("paths", .map(of: .string), "The folders in use by name: root, runRoot, manifests, logs."),
            ])
        )
    }

    public struct Counts: APIValue, Hashable {
        public var pods: Int
        public var runningPods: Int
        public var containers: Int
        public var images: Int

        public init(pods: Int, runningPods: Int, containers: Int, images: Int) {
            self.pods = pods
            self.runningPods = runningPods
            self.containers = containers
            self.images = images
        }

        public static let schema = Schema.named(
            "SystemInfo.Counts",
            .object([
                .required("pods", .count, "Pods known."),
                .required("runningPods", .count, "Pods in phase Running."),
                .required("containers", .count, "Containers running."),
                .required("images", .count, "Images in the store."),
            ])
        )
    }

    /// A condition of the machine, as a Node of Kubernetes has it.
    public struct Condition: APIValue, Hashable {
        public enum Status: String, Codable, Sendable, CaseIterable {
            case yes = "True"
            case no = "False"
        }

        public var type: String
        public var status: Status

        public init(type: String, isTrue: Bool) {
            self.type = type
            status = isTrue ? .yes : .no
        }

        public static let schema = Schema.named(
            "SystemInfo.Condition",
            .object([
                .required("type", .string, "`MemoryPressure`, `DiskPressure`, `PIDPressure`."),
                .required("status", .choice(Status.allCases.map(\.rawValue)), "Whether the machine is short of it."),
            ])
        )
    }

    public var node: Node
    /// What the machine is short of; nil from an agent that does not tell.
    public var conditions: [Condition]?
    public var agent: Agent
    public var counts: Counts
    /// What this machine lacks and what is done instead.
    public var warnings: [String]

    public init(
        node: Node,
        conditions: [Condition]? = nil,
        agent: Agent,
        counts: Counts,
        warnings: [String] = []
    ) {
        self.node = node
        self.conditions = conditions
        self.agent = agent
        self.counts = counts
        self.warnings = warnings
    }

    public static let schema = Schema.named(
        "SystemInfo",
        .object([
            .required("node", Node.schema, "The machine."),
            .optional("conditions", .array(of: Condition.schema), "What the machine is short of."),
            .required("agent", Agent.schema, "The agent."),
            .required("counts", Counts.schema, "What the agent keeps."),
            .required("warnings", .array(of: .string), "What this machine lacks and what is done instead."),
        ])
    )
}

/// The result of `system.health`, and what `/livez` and `/readyz` are made of.
public struct HealthReport: APIValue, Hashable {
    public struct Check: APIValue, Hashable {
        public enum Status: String, Codable, Sendable, CaseIterable {
            case ok, failed
        }

        /// `image-store`, `network`, …
        public var name: String
        public var status: Status
        public var message: String?
        /// While it fails the agent cannot run pods: `/readyz` fails.
        public var ready: Bool
        /// While it fails the agent had better be restarted: `/livez` fails too.
        public var live: Bool

        public init(name: String, status: Status, message: String? = nil, ready: Bool = true, live: Bool = false) {
            self.name = name
            self.status = status
            self.message = message
            self.ready = ready
            self.live = live
        }

        public static let schema = Schema.named(
            "HealthReport.Check",
            .object([
                .required("name", .string, "What is checked."),
                .required("status", .choice(Status.allCases.map(\.rawValue)), "Whether it is well."),
                .optional("message", .string, "What is wrong."),
                .required("ready", .boolean, "While it fails the agent is not ready."),
                .required("live", .boolean, "While it fails the agent had better be restarted."),
            ])
        )
    }

    public enum Status: String, Codable, Sendable, CaseIterable {
        case ok
        /// Something fails without which pods still run.
        case degraded
        case failed
    }

    public var status: Status
    public var checks: [Check]

    /// The status follows from the checks.
    public init(checks: [Check]) {
        self.checks = checks
        let failed = checks.filter { $0.status == .failed }
        status = failed.isEmpty ? .ok : failed.contains { $0.ready || $0.live } ? .failed : .degraded
    }

    public static let schema = Schema.named(
        "HealthReport",
        .object([
            .required("status", .choice(Status.allCases.map(\.rawValue)), "`degraded`: pods still run."),
            .required("checks", .array(of: Check.schema), "Each thing that was looked at."),
        ])
    )
}
