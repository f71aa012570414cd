import Glibc
import Linux
import PodSpec

/// What the engine is told by the composition root.
public struct EngineConfiguration: Sendable {
    /// Where things lie.
    public struct Directories: Sendable, Hashable {
        /// The watched folder.
        public var manifests: String
        /// What outlives a reboot; pods have `<state>/pods/<uid>`.
        public var state: String
        /// What a reboot takes away; pods have `<run>/pods/<uid>`.
        public var run: String
        /// Logs of containers: `<logs>/<namespace>_<pod>_<uid>/<container>/<attempt>.log`.
        public var logs: String
        /// Seccomp profiles that a pod may name (`Localhost`).
        public var seccompProfiles: String

        public init(manifests: String, state: String, run: String, logs: String, seccompProfiles: String) {
            self.manifests = manifests
            self.state = state
            self.run = run
            self.logs = logs
            self.seccompProfiles = seccompProfiles
        }
    }

    /// What pods may ask about the machine, and what bundles depend on.
    public struct Node: Sendable, Hashable {
        public var name: String
        /// Addresses of the host, the main one first.
        public var addresses: [String]
        public var memoryBytes: Int64
        /// Processors that are online.
        public var processors: Int
        /// The size of the file system of the state folder; 0 where nobody has told.
        public var storageBytes: Int64 = 0
        /// Major and minor version of the kernel.
        public var kernelMajor: Int
        public var kernelMinor: Int
        /// What `privileged` and the capability `ALL` mean here.
        public var capabilities: [String]
        /// The agent's own value: containers get theirs only where it is higher.
        public var oomScoreAdjustment: Int
        /// The host's file that pods' `/etc/resolv.conf` is made of.
        public var resolverFile: String
        /// What pods share of the machine, and by which rules.
        public var resources = Resources()

        public init(name: String, addresses: [String], memoryBytes: Int64, kernelMajor: Int, kernelMinor: Int) {
            self.name = name
            self.addresses = addresses
            self.memoryBytes = memoryBytes
            processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
            self.kernelMajor = kernelMajor
            self.kernelMinor = kernelMinor
            // What the agent has itself, as containerd does it; capget(2) does not fail for one's own process.
            capabilities = (try? Capabilities.Sets.current())?.permitted.names ?? Capabilities.allNames
            oomScoreAdjustment = 0
            resolverFile = "/etc/resolv.conf"
        }
    }

    /// What pods share of the machine, and by which rules.
    public struct Resources: Sendable, Hashable {
        /// All its processors, in thousandths; 0 where that is not known.
        public var milliCPU: Int64 = 0
        /// Whether memory is on cgroup v2.
        public var isUnified = false
        public var swapBytes: Int64 = 0
        /// Whether burstable containers may have swap (`LimitedSwap`), or none (`NoSwap`).
        public var limitsSwap = false
        /// Whether requests of memory are kept (`memory.min`) and containers slowed down before their limit (`memory.high`).
        public var servesMemoryQoS = false
        /// Sizes of which the machine has pages.
        public var hugepageSizes: [HugepageSize] = []
        /// Processes and threads of a pod; nil for no limit.
        public var podPidsLimit: Int64?

        public init() {}
    }

    public var directories: Directories
    public var node: Node
    public var backoffs = BackoffPolicies()
    /// Whether folders of claims go where their claims said so. Not for an engine that is not shown the manifests.
    public var reclaimsVolumes = true
    /// Bytes after which a container's log is rotated: the kubelet's 10 MiB.
    public var logSizeLimit: Int64? = 10 << 20
    /// How many files of a container's log are kept beside the one that is written: with it the kubelet's 5.
    public var logKeptFiles = 4
    /// Whether all of those but the newest are compressed.
    public var compressesLogs = true
    /// How long a container waits at its next write while there is no room for its log; nil: what it writes is dropped.
    public var logBlockLimit: Duration?
    public var imageGarbage = ImageGarbage.Policy()
    public var eviction = EvictionPolicy()
    /// Of which attempts that have ended the logs are kept, beside the latest of a container.
    public var deadAttempts = DeadAttempts.Policy()
    /// How often leftovers are looked for beside after events; nil: only after these.
    public var garbagePeriod: Duration?
    /// How much of the time of a halt is kept for critical pods.
    public var criticalHaltReserve = Duration.seconds(10)

    /// Kernel parameters beside the safe ones that pods may set: names, or beginnings of names and `*`.
    public var allowedUnsafeSysctls: [String] = []

    /// The ids of the host that pods with `hostUsers: false` have.
    public var podIDs = EngineConfiguration.defaultPodIDs

    /// The kubelet's: all but those of the host itself, and but the last block, whose last number means no id at all.
    public static let defaultPodIDs = IDRange(first: 65536, count: 4_294_836_224)

    /// OCI runtimes by the names of their handlers: what `runtimeClassName` may say.
    public var runtimes: [String: String] = [:]

    /// The program that is the first process of a pod whose containers share a PID namespace, with its argument.
    public var podInit: (program: String, argument: String) = ("", "")

    public init(directories: Directories, node: Node) {
        self.directories = directories
        self.node = node
    }
}

extension EngineConfiguration.Node {
    /// What variables and files of a pod can tell of the machine.
    func fieldSources(podIPs: [String], _ objects: PodObjects) -> FieldSources {
        var sources = FieldSources(nodeName: name, hostIPs: addresses, podIPs: podIPs)
        let amounts = ["cpu": Int64(processors), "memory": memoryBytes, "ephemeral-storage": storageBytes]
        sources.allocatable = amounts.compactMapValues { Quantity("\($0)") }
        sources.objects = objects
        return sources
    }
}
