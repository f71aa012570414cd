// Written by hack/cri-messages from cri-v1.schema.json: change that, not this.

extension CRI {
    public struct WindowsPodSandboxStats: ProtoMessage {
        public var cpu: WindowsCpuUsage?
        public var memory: WindowsMemoryUsage?
        public var network: WindowsNetworkUsage?
        public var process: WindowsProcessUsage?
        public var containers: [WindowsContainerStats] = []

        public init() {}

        public static var protoName: String { "WindowsPodSandboxStats" }
        public static let fields: [ProtoField<WindowsPodSandboxStats>] = [
            .message("cpu", "cpu", \.cpu),
            .message("memory", "memory", \.memory),
            .message("network", "network", \.network),
            .message("process", "process", \.process),
            .list("containers", "containers", \.containers),
        ]
    }

    public struct WindowsNetworkUsage: ProtoMessage {
        public var timestamp: Int64 = .absent
        public var defaultInterface: WindowsNetworkInterfaceUsage?
        public var interfaces: [WindowsNetworkInterfaceUsage] = []

        public init() {}

        public static var protoName: String { "WindowsNetworkUsage" }
        public static let fields: [ProtoField<WindowsNetworkUsage>] = [
            .value("timestamp", "timestamp", \.timestamp),
            .message("default_interface", "defaultInterface", \.defaultInterface),
            .list("interfaces", "interfaces", \.interfaces),
        ]
    }

    public struct WindowsNetworkInterfaceUsage: ProtoMessage {
        public var name: String = .absent
        public var rxBytes: UInt64Value?
        public var rxPacketsDropped: UInt64Value?
        public var txBytes: UInt64Value?
        public var txPacketsDropped: UInt64Value?

        public init() {}

        public static var protoName: String { "WindowsNetworkInterfaceUsage" }
        public static let fields: [ProtoField<WindowsNetworkInterfaceUsage>] = [
            .value("name", "name", \.name),
            .message("rx_bytes", "rxBytes", \.rxBytes),
            .message("rx_packets_dropped", "rxPacketsDropped", \.rxPacketsDropped),
            .message("tx_bytes", "txBytes", \.txBytes),
            .message("tx_packets_dropped", "txPacketsDropped", \.txPacketsDropped),
        ]
    }

    public struct WindowsProcessUsage: ProtoMessage {
        public var timestamp: Int64 = .absent
        public var processCount: UInt64Value?

        public init() {}

        public static var protoName: String { "WindowsProcessUsage" }
        public static let fields: [ProtoField<WindowsProcessUsage>] = [
            .value("timestamp", "timestamp", \.timestamp),
            .message("process_count", "processCount", \.processCount),
        ]
    }

    public struct WindowsNamespaceOption: ProtoMessage {
        public var network: NamespaceMode = .absent

        public init() {}

        public static var protoName: String { "WindowsNamespaceOption" }
        public static let fields: [ProtoField<WindowsNamespaceOption>] = [
            .value("network", "network", \.network),
        ]
    }

    public struct WindowsSandboxSecurityContext: ProtoMessage {
        public var runAsUsername: String = .absent
        public var credentialSpec: String = .absent
        public var hostProcess: Bool = .absent
        public var namespaceOptions: WindowsNamespaceOption?

        public init() {}

        public static var protoName: String { "WindowsSandboxSecurityContext" }
        public static let fields: [ProtoField<WindowsSandboxSecurityContext>] = [
            .value("run_as_username", "runAsUsername", \.runAsUsername),
            .value("credential_spec", "credentialSpec", \.credentialSpec),
            .value("host_process", "hostProcess", \.hostProcess),
            .message("namespace_options", "namespaceOptions", \.namespaceOptions),
        ]
    }

    public struct WindowsPodSandboxConfig: ProtoMessage {
        public var securityContext: WindowsSandboxSecurityContext?

        public init() {}

        public static var protoName: String { "WindowsPodSandboxConfig" }
        public static let fields: [ProtoField<WindowsPodSandboxConfig>] = [
            .message("security_context", "securityContext", \.securityContext),
        ]
    }

    public struct WindowsContainerSecurityContext: ProtoMessage {
        public var runAsUsername: String = .absent
        public var credentialSpec: String = .absent
        public var hostProcess: Bool = .absent

        public init() {}

        public static var protoName: String { "WindowsContainerSecurityContext" }
        public static let fields: [ProtoField<WindowsContainerSecurityContext>] = [
            .value("run_as_username", "runAsUsername", \.runAsUsername),
            .value("credential_spec", "credentialSpec", \.credentialSpec),
            .value("host_process", "hostProcess", \.hostProcess),
        ]
    }

    public struct WindowsContainerConfig: ProtoMessage {
        public var resources: WindowsContainerResources?
        public var securityContext: WindowsContainerSecurityContext?

        public init() {}

        public static var protoName: String { "WindowsContainerConfig" }
        public static let fields: [ProtoField<WindowsContainerConfig>] = [
            .message("resources", "resources", \.resources),
            .message("security_context", "securityContext", \.securityContext),
        ]
    }

    public struct WindowsContainerResources: ProtoMessage {
        public var cpuShares: Int64 = .absent
        public var cpuCount: Int64 = .absent
        public var cpuMaximum: Int64 = .absent
        public var memoryLimitInBytes: Int64 = .absent
        public var rootfsSizeInBytes: Int64 = .absent
        public var affinityCpus: [WindowsCpuGroupAffinity] = []

        public init() {}

        public static var protoName: String { "WindowsContainerResources" }
        public static let fields: [ProtoField<WindowsContainerResources>] = [
            .value("cpu_shares", "cpuShares", \.cpuShares),
            .value("cpu_count", "cpuCount", \.cpuCount),
            .value("cpu_maximum", "cpuMaximum", \.cpuMaximum),
            .value("memory_limit_in_bytes", "memoryLimitInBytes", \.memoryLimitInBytes),
            .value("rootfs_size_in_bytes", "rootfsSizeInBytes", \.rootfsSizeInBytes),
            .list("affinity_cpus", "affinityCpus", \.affinityCpus),
        ]
    }

    public struct WindowsCpuGroupAffinity: ProtoMessage {
        public var cpuMask: UInt64 = .absent
        public var cpuGroup: UInt32 = .absent

        public init() {}

        public static var protoName: String { "WindowsCpuGroupAffinity" }
        public static let fields: [ProtoField<WindowsCpuGroupAffinity>] = [
            .value("cpu_mask", "cpuMask", \.cpuMask),
            .value("cpu_group", "cpuGroup", \.cpuGroup),
        ]
    }

    public struct WindowsFilesystemUsage: ProtoMessage {
        public var timestamp: Int64 = .absent
        public var fsId: FilesystemIdentifier?
        public var usedBytes: UInt64Value?

        public init() {}

        public static var protoName: String { "WindowsFilesystemUsage" }
        public static let fields: [ProtoField<WindowsFilesystemUsage>] = [
            .value("timestamp", "timestamp", \.timestamp),
            .message("fs_id", "fsId", \.fsId),
            .message("used_bytes", "usedBytes", \.usedBytes),
        ]
    }

    public struct WindowsContainerStats: ProtoMessage {
        public var attributes: ContainerAttributes?
        public var cpu: WindowsCpuUsage?
        public var memory: WindowsMemoryUsage?
        public var writableLayer: WindowsFilesystemUsage?

        public init() {}

        public static var protoName: String { "WindowsContainerStats" }
        public static let fields: [ProtoField<WindowsContainerStats>] = [
            .message("attributes", "attributes", \.attributes),
            .message("cpu", "cpu", \.cpu),
            .message("memory", "memory", \.memory),
            .message("writable_layer", "writableLayer", \.writableLayer),
        ]
    }

    public struct WindowsCpuUsage: ProtoMessage {
        public var timestamp: Int64 = .absent
        public var usageCoreNanoSeconds: UInt64Value?
        public var usageNanoCores: UInt64Value?

        public init() {}

        public static var protoName: String { "WindowsCpuUsage" }
        public static let fields: [ProtoField<WindowsCpuUsage>] = [
            .value("timestamp", "timestamp", \.timestamp),
            .message("usage_core_nano_seconds", "usageCoreNanoSeconds", \.usageCoreNanoSeconds),
            .message("usage_nano_cores", "usageNanoCores", \.usageNanoCores),
        ]
    }

    public struct WindowsMemoryUsage: ProtoMessage {
        public var timestamp: Int64 = .absent
        public var workingSetBytes: UInt64Value?
        public var availableBytes: UInt64Value?
        public var pageFaults: UInt64Value?
        public var commitMemoryBytes: UInt64Value?

        public init() {}

        public static var protoName: String { "WindowsMemoryUsage" }
        public static let fields: [ProtoField<WindowsMemoryUsage>] = [
            .value("timestamp", "timestamp", \.timestamp),
            .message("working_set_bytes", "workingSetBytes", \.workingSetBytes),
            .message("available_bytes", "availableBytes", \.availableBytes),
            .message("page_faults", "pageFaults", \.pageFaults),
            .message("commit_memory_bytes", "commitMemoryBytes", \.commitMemoryBytes),
        ]
    }
}
