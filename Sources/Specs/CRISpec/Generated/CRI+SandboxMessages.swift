// Written by hack/cri-messages from cri-v1.schema.json: change that, not this.

extension CRI {
    public struct DNSConfig: ProtoMessage {
        public var servers: [String] = []
        public var searches: [String] = []
        public var options: [String] = []

        public init() {}

        public static var protoName: String { "DNSConfig" }
        public static let fields: [ProtoField<DNSConfig>] = [
            .list("servers", "servers", \.servers),
            .list("searches", "searches", \.searches),
            .list("options", "options", \.options),
        ]
    }

    public struct PortMapping: ProtoMessage {
        public var `protocol`: TransportProtocol = .absent
        public var containerPort: Int32 = .absent
        public var hostPort: Int32 = .absent
        public var hostIp: String = .absent

        public init() {}

        public static var protoName: String { "PortMapping" }
        public static let fields: [ProtoField<PortMapping>] = [
            .value("protocol", "protocol", \.`protocol`),
            .value("container_port", "containerPort", \.containerPort),
            .value("host_port", "hostPort", \.hostPort),
            .value("host_ip", "hostIp", \.hostIp),
        ]
    }

    public struct UserNamespace: ProtoMessage {
        public var mode: NamespaceMode = .absent
        public var uids: [IDMapping] = []
        public var gids: [IDMapping] = []

        public init() {}

        public static var protoName: String { "UserNamespace" }
        public static let fields: [ProtoField<UserNamespace>] = [
            .value("mode", "mode", \.mode),
            .list("uids", "uids", \.uids),
            .list("gids", "gids", \.gids),
        ]
    }

    public struct NamespaceOption: ProtoMessage {
        public var network: NamespaceMode = .absent
        public var pid: NamespaceMode = .absent
        public var ipc: NamespaceMode = .absent
        public var targetId: String = .absent
        public var usernsOptions: UserNamespace?

        public init() {}

        public static var protoName: String { "NamespaceOption" }
        public static let fields: [ProtoField<NamespaceOption>] = [
            .value("network", "network", \.network),
            .value("pid", "pid", \.pid),
            .value("ipc", "ipc", \.ipc),
            .value("target_id", "targetId", \.targetId),
            .message("userns_options", "usernsOptions", \.usernsOptions),
        ]
    }

    public struct LinuxSandboxSecurityContext: ProtoMessage {
        public var namespaceOptions: NamespaceOption?
        public var selinuxOptions: SELinuxOption?
        public var runAsUser: Int64Value?
        public var runAsGroup: Int64Value?
        public var readonlyRootfs: Bool = .absent
        public var supplementalGroups: [Int64] = []
        public var supplementalGroupsPolicy: SupplementalGroupsPolicy = .absent
        public var privileged: Bool = .absent
        public var seccomp: SecurityProfile?
        public var apparmor: SecurityProfile?
        public var seccompProfilePath: String = .absent

        public init() {}

        public static var protoName: String { "LinuxSandboxSecurityContext" }
        public static let fields: [ProtoField<LinuxSandboxSecurityContext>] = [
            .message("namespace_options", "namespaceOptions", \.namespaceOptions),
            .message("selinux_options", "selinuxOptions", \.selinuxOptions),
            .message("run_as_user", "runAsUser", \.runAsUser),
            .message("run_as_group", "runAsGroup", \.runAsGroup),
            .value("readonly_rootfs", "readonlyRootfs", \.readonlyRootfs),
            .list("supplemental_groups", "supplementalGroups", \.supplementalGroups),
            .value("supplemental_groups_policy", "supplementalGroupsPolicy", \.supplementalGroupsPolicy),
            .value("privileged", "privileged", \.privileged),
            .message("seccomp", "seccomp", \.seccomp),
            .message("apparmor", "apparmor", \.apparmor),
            .value("seccomp_profile_path", "seccompProfilePath", \.seccompProfilePath, [.deprecated]),
        ]
    }

    public struct LinuxPodSandboxConfig: ProtoMessage {
        public var cgroupParent: String = .absent
        public var securityContext: LinuxSandboxSecurityContext?
        public var sysctls: [String: String] = [:]
        public var overhead: LinuxContainerResources?
        public var resources: LinuxContainerResources?

        public init() {}

        public static var protoName: String { "LinuxPodSandboxConfig" }
        public static let fields: [ProtoField<LinuxPodSandboxConfig>] = [
            .value("cgroup_parent", "cgroupParent", \.cgroupParent),
            .message("security_context", "securityContext", \.securityContext),
            .map("sysctls", "sysctls", \.sysctls),
            .message("overhead", "overhead", \.overhead),
            .message("resources", "resources", \.resources),
        ]
    }

    public struct PodSandboxMetadata: ProtoMessage {
        public var name: String = .absent
        public var uid: String = .absent
        public var namespace: String = .absent
        public var attempt: UInt32 = .absent

        public init() {}

        public static var protoName: String { "PodSandboxMetadata" }
        public static let fields: [ProtoField<PodSandboxMetadata>] = [
            .value("name", "name", \.name),
            .value("uid", "uid", \.uid),
            .value("namespace", "namespace", \.namespace),
            .value("attempt", "attempt", \.attempt),
        ]
    }

    public struct PodSandboxConfig: ProtoMessage {
        public var metadata: PodSandboxMetadata?
        public var hostname: String = .absent
        public var logDirectory: String = .absent
        public var dnsConfig: DNSConfig?
        public var portMappings: [PortMapping] = []
        public var labels: [String: String] = [:]
        public var annotations: [String: String] = [:]
        public var linux: LinuxPodSandboxConfig?
        public var windows: WindowsPodSandboxConfig?

        public init() {}

        public static var protoName: String { "PodSandboxConfig" }
        public static let fields: [ProtoField<PodSandboxConfig>] = [
            .message("metadata", "metadata", \.metadata),
            .value("hostname", "hostname", \.hostname),
            .value("log_directory", "logDirectory", \.logDirectory),
            .message("dns_config", "dnsConfig", \.dnsConfig),
            .list("port_mappings", "portMappings", \.portMappings),
            .map("labels", "labels", \.labels),
            .map("annotations", "annotations", \.annotations),
            .message("linux", "linux", \.linux),
            .message("windows", "windows", \.windows),
        ]
    }

    public struct RunPodSandboxRequest: ProtoMessage {
        public var config: PodSandboxConfig?
        public var runtimeHandler: String = .absent

        public init() {}

        public static var protoName: String { "RunPodSandboxRequest" }
        public static let fields: [ProtoField<RunPodSandboxRequest>] = [
            .message("config", "config", \.config),
            .value("runtime_handler", "runtimeHandler", \.runtimeHandler),
        ]
    }

    public struct RunPodSandboxResponse: ProtoMessage {
        public var podSandboxId: String = .absent

        public init() {}

        public static var protoName: String { "RunPodSandboxResponse" }
        public static let fields: [ProtoField<RunPodSandboxResponse>] = [
            .value("pod_sandbox_id", "podSandboxId", \.podSandboxId),
        ]
    }

    public struct StopPodSandboxRequest: ProtoMessage {
        public var podSandboxId: String = .absent

        public init() {}

        public static var protoName: String { "StopPodSandboxRequest" }
        public static let fields: [ProtoField<StopPodSandboxRequest>] = [
            .value("pod_sandbox_id", "podSandboxId", \.podSandboxId),
        ]
    }

    public struct StopPodSandboxResponse: ProtoMessage {
        public init() {}

        public static var protoName: String { "StopPodSandboxResponse" }
        public static let fields: [ProtoField<StopPodSandboxResponse>] = []
    }

    public struct RemovePodSandboxRequest: ProtoMessage {
        public var podSandboxId: String = .absent

        public init() {}

        public static var protoName: String { "RemovePodSandboxRequest" }
        public static let fields: [ProtoField<RemovePodSandboxRequest>] = [
            .value("pod_sandbox_id", "podSandboxId", \.podSandboxId),
        ]
    }

    public struct RemovePodSandboxResponse: ProtoMessage {
        public init() {}

        public static var protoName: String { "RemovePodSandboxResponse" }
        public static let fields: [ProtoField<RemovePodSandboxResponse>] = []
    }

    public struct PodSandboxStatusRequest: ProtoMessage {
        public var podSandboxId: String = .absent
        public var verbose: Bool = .absent

        public init() {}

        public static var protoName: String { "PodSandboxStatusRequest" }
        public static let fields: [ProtoField<PodSandboxStatusRequest>] = [
            .value("pod_sandbox_id", "podSandboxId", \.podSandboxId),
            .value("verbose", "verbose", \.verbose),
        ]
    }

    public struct PodIP: ProtoMessage {
        public var ip: String = .absent

        public init() {}

        public static var protoName: String { "PodIP" }
        public static let fields: [ProtoField<PodIP>] = [
            .value("ip", "ip", \.ip),
        ]
    }

    public struct PodSandboxNetworkStatus: ProtoMessage {
        public var ip: String = .absent
        public var additionalIps: [PodIP] = []

        public init() {}

        public static var protoName: String { "PodSandboxNetworkStatus" }
        public static let fields: [ProtoField<PodSandboxNetworkStatus>] = [
            .value("ip", "ip", \.ip),
            .list("additional_ips", "additionalIps", \.additionalIps),
        ]
    }

    public struct Namespace: ProtoMessage {
        public var options: NamespaceOption?

        public init() {}

        public static var protoName: String { "Namespace" }
        public static let fields: [ProtoField<Namespace>] = [
            .message("options", "options", \.options),
        ]
    }

    public struct LinuxPodSandboxStatus: ProtoMessage {
        public var namespaces: Namespace?

        public init() {}

        public static var protoName: String { "LinuxPodSandboxStatus" }
        public static let fields: [ProtoField<LinuxPodSandboxStatus>] = [
            .message("namespaces", "namespaces", \.namespaces),
        ]
    }

    public struct PodSandboxStatus: ProtoMessage {
        public var id: String = .absent
        public var metadata: PodSandboxMetadata?
        public var state: PodSandboxState = .absent
        public var createdAt: Int64 = .absent
        public var network: PodSandboxNetworkStatus?
        public var linux: LinuxPodSandboxStatus?
        public var labels: [String: String] = [:]
        public var annotations: [String: String] = [:]
        public var runtimeHandler: String = .absent

        public init() {}

        public static var protoName: String { "PodSandboxStatus" }
        public static let fields: [ProtoField<PodSandboxStatus>] = [
            .value("id", "id", \.id),
            .message("metadata", "metadata", \.metadata),
            .value("state", "state", \.state),
            .value("created_at", "createdAt", \.createdAt),
            .message("network", "network", \.network),
            .message("linux", "linux", \.linux),
            .map("labels", "labels", \.labels),
            .map("annotations", "annotations", \.annotations),
            .value("runtime_handler", "runtimeHandler", \.runtimeHandler),
        ]
    }

    public struct PodSandboxStatusResponse: ProtoMessage {
        public var status: PodSandboxStatus?
        public var info: [String: String] = [:]
        public var containersStatuses: [ContainerStatus] = []
        public var timestamp: Int64 = .absent

        public init() {}

        public static var protoName: String { "PodSandboxStatusResponse" }
        public static let fields: [ProtoField<PodSandboxStatusResponse>] = [
            .message("status", "status", \.status),
            .map("info", "info", \.info),
            .list("containers_statuses", "containersStatuses", \.containersStatuses),
            .value("timestamp", "timestamp", \.timestamp),
        ]
    }

    public struct PodSandboxStateValue: ProtoMessage {
        public var state: PodSandboxState = .absent

        public init() {}

        public static var protoName: String { "PodSandboxStateValue" }
        public static let fields: [ProtoField<PodSandboxStateValue>] = [
            .value("state", "state", \.state),
        ]
    }

    public struct PodSandboxFilter: ProtoMessage {
        public var id: String = .absent
        public var state: PodSandboxStateValue?
        public var labelSelector: [String: String] = [:]

        public init() {}

        public static var protoName: String { "PodSandboxFilter" }
        public static let fields: [ProtoField<PodSandboxFilter>] = [
            .value("id", "id", \.id),
            .message("state", "state", \.state),
            .map("label_selector", "labelSelector", \.labelSelector),
        ]
    }

    public struct ListPodSandboxRequest: ProtoMessage {
        public var filter: PodSandboxFilter?

        public init() {}

        public static var protoName: String { "ListPodSandboxRequest" }
        public static let fields: [ProtoField<ListPodSandboxRequest>] = [
            .message("filter", "filter", \.filter),
        ]
    }

    public struct PodSandbox: ProtoMessage {
        public var id: String = .absent
        public var metadata: PodSandboxMetadata?
        public var state: PodSandboxState = .absent
        public var createdAt: Int64 = .absent
        public var labels: [String: String] = [:]
        public var annotations: [String: String] = [:]
        public var runtimeHandler: String = .absent

        public init() {}

        public static var protoName: String { "PodSandbox" }
        public static let fields: [ProtoField<PodSandbox>] = [
            .value("id", "id", \.id),
            .message("metadata", "metadata", \.metadata),
            .value("state", "state", \.state),
            .value("created_at", "createdAt", \.createdAt),
            .map("labels", "labels", \.labels),
            .map("annotations", "annotations", \.annotations),
            .value("runtime_handler", "runtimeHandler", \.runtimeHandler),
        ]
    }

    public struct ListPodSandboxResponse: ProtoMessage {
        public var items: [PodSandbox] = []

        public init() {}

        public static var protoName: String { "ListPodSandboxResponse" }
        public static let fields: [ProtoField<ListPodSandboxResponse>] = [
            .list("items", "items", \.items),
        ]
    }

    public struct StreamPodSandboxesRequest: ProtoMessage {
        public var filter: PodSandboxFilter?

        public init() {}

        public static var protoName: String { "StreamPodSandboxesRequest" }
        public static let fields: [ProtoField<StreamPodSandboxesRequest>] = [
            .message("filter", "filter", \.filter),
        ]
    }

    public struct StreamPodSandboxesResponse: ProtoMessage {
        public var podSandboxes: [PodSandbox] = []

        public init() {}

        public static var protoName: String { "StreamPodSandboxesResponse" }
        public static let fields: [ProtoField<StreamPodSandboxesResponse>] = [
            .list("pod_sandboxes", "podSandboxes", \.podSandboxes),
        ]
    }

    public struct PodSandboxAttributes: ProtoMessage {
        public var id: String = .absent
        public var metadata: PodSandboxMetadata?
        public var labels: [String: String] = [:]
        public var annotations: [String: String] = [:]

        public init() {}

        public static var protoName: String { "PodSandboxAttributes" }
        public static let fields: [ProtoField<PodSandboxAttributes>] = [
            .value("id", "id", \.id),
            .message("metadata", "metadata", \.metadata),
            .map("labels", "labels", \.labels),
            .map("annotations", "annotations", \.annotations),
        ]
    }

    public struct PortForwardRequest: ProtoMessage {
        public var podSandboxId: String = .absent
        public var port: [Int32] = []

        public init() {}

        public static var protoName: String { "PortForwardRequest" }
        public static let fields: [ProtoField<PortForwardRequest>] = [
            .value("pod_sandbox_id", "podSandboxId", \.podSandboxId),
            .list("port", "port", \.port),
        ]
    }

    public struct PortForwardResponse: ProtoMessage {
        public var url: String = .absent

        public init() {}

        public static var protoName: String { "PortForwardResponse" }
        public static let fields: [ProtoField<PortForwardResponse>] = [
            .value("url", "url", \.url),
        ]
    }

    public struct CheckpointPodRequest: ProtoMessage {
        public var podSandboxId: String = .absent
        public var outputPath: String = .absent
        public var containerIds: [String] = []
        public var options: [String: String] = [:]

        public init() {}

        public static var protoName: String { "CheckpointPodRequest" }
        public static let fields: [ProtoField<CheckpointPodRequest>] = [
            .value("pod_sandbox_id", "podSandboxId", \.podSandboxId),
            .value("output_path", "outputPath", \.outputPath),
            .list("container_ids", "containerIds", \.containerIds),
            .map("options", "options", \.options),
        ]
    }

    public struct CheckpointPodResponse: ProtoMessage {
        public init() {}

        public static var protoName: String { "CheckpointPodResponse" }
        public static let fields: [ProtoField<CheckpointPodResponse>] = []
    }

    public struct RestorePodRequest: ProtoMessage {
        public var checkpointPath: String = .absent
        public var config: PodSandboxConfig?
        public var runtimeHandler: String = .absent
        public var options: [String: String] = [:]
        public var containerConfigs: [ContainerConfig] = []

        public init() {}

        public static var protoName: String { "RestorePodRequest" }
        public static let fields: [ProtoField<RestorePodRequest>] = [
            .value("checkpoint_path", "checkpointPath", \.checkpointPath),
            .message("config", "config", \.config),
            .value("runtime_handler", "runtimeHandler", \.runtimeHandler),
            .map("options", "options", \.options),
            .list("container_configs", "containerConfigs", \.containerConfigs),
        ]
    }

    public struct RestorePodResponse: ProtoMessage {
        public var podSandboxId: String = .absent
        public var restoredContainers: [RestoredContainer] = []

        public init() {}

        public static var protoName: String { "RestorePodResponse" }
        public static let fields: [ProtoField<RestorePodResponse>] = [
            .value("pod_sandbox_id", "podSandboxId", \.podSandboxId),
            .list("restored_containers", "restoredContainers", \.restoredContainers),
        ]
    }

    public struct UpdatePodSandboxResourcesRequest: ProtoMessage {
        public var podSandboxId: String = .absent
        public var overhead: LinuxContainerResources?
        public var resources: LinuxContainerResources?

        public init() {}

        public static var protoName: String { "UpdatePodSandboxResourcesRequest" }
        public static let fields: [ProtoField<UpdatePodSandboxResourcesRequest>] = [
            .value("pod_sandbox_id", "podSandboxId", \.podSandboxId),
            .message("overhead", "overhead", \.overhead),
            .message("resources", "resources", \.resources),
        ]
    }

    public struct UpdatePodSandboxResourcesResponse: ProtoMessage {
        public init() {}

        public static var protoName: String { "UpdatePodSandboxResourcesResponse" }
        public static let fields: [ProtoField<UpdatePodSandboxResourcesResponse>] = []
    }
}
