// Written by hack/cri-messages from cri-v1.schema.json: change that, not this.

extension CRI {
    public struct Mount: ProtoMessage {
        public var containerPath: String = .absent
        public var hostPath: String = .absent
        public var readonly: Bool = .absent
        public var selinuxRelabel: Bool = .absent
        public var propagation: MountPropagation = .absent
        public var uidMappings: [IDMapping] = []
        public var gidMappings: [IDMapping] = []
        public var recursiveReadOnly: Bool = .absent
        public var image: ImageSpec?
        public var imageSubPath: String = .absent
        public var mountOptions: [String] = []

        public init() {}

        public static var protoName: String { "Mount" }
        public static let fields: [ProtoField<Mount>] = [
            .value("container_path", "containerPath", \.containerPath),
            .value("host_path", "hostPath", \.hostPath),
            .value("readonly", "readonly", \.readonly),
            .value("selinux_relabel", "selinuxRelabel", \.selinuxRelabel),
            .value("propagation", "propagation", \.propagation),
            .list("uidMappings", "uidMappings", \.uidMappings),
            .list("gidMappings", "gidMappings", \.gidMappings),
            .value("recursive_read_only", "recursiveReadOnly", \.recursiveReadOnly),
            .message("image", "image", \.image),
            .value("image_sub_path", "imageSubPath", \.imageSubPath),
            .list("mount_options", "mountOptions", \.mountOptions),
        ]
    }

    public struct SecurityProfile: ProtoMessage {
        public var profileType: SecurityProfileType = .absent
        public var localhostRef: String = .absent

        public init() {}

        public static var protoName: String { "SecurityProfile" }
        public static let fields: [ProtoField<SecurityProfile>] = [
            .value("profile_type", "profileType", \.profileType),
            .value("localhost_ref", "localhostRef", \.localhostRef),
        ]
    }

    public struct LinuxContainerResources: ProtoMessage {
        public var cpuPeriod: Int64 = .absent
        public var cpuQuota: Int64 = .absent
        public var cpuShares: Int64 = .absent
        public var memoryLimitInBytes: Int64 = .absent
        public var oomScoreAdj: Int64 = .absent
        public var cpusetCpus: String = .absent
        public var cpusetMems: String = .absent
        public var hugepageLimits: [HugepageLimit] = []
        public var unified: [String: String] = [:]
        public var memorySwapLimitInBytes: Int64 = .absent

        public init() {}

        public static var protoName: String { "LinuxContainerResources" }
        public static let fields: [ProtoField<LinuxContainerResources>] = [
            .value("cpu_period", "cpuPeriod", \.cpuPeriod),
            .value("cpu_quota", "cpuQuota", \.cpuQuota),
            .value("cpu_shares", "cpuShares", \.cpuShares),
            .value("memory_limit_in_bytes", "memoryLimitInBytes", \.memoryLimitInBytes),
            .value("oom_score_adj", "oomScoreAdj", \.oomScoreAdj),
            .value("cpuset_cpus", "cpusetCpus", \.cpusetCpus),
            .value("cpuset_mems", "cpusetMems", \.cpusetMems),
            .list("hugepage_limits", "hugepageLimits", \.hugepageLimits),
            .map("unified", "unified", \.unified),
            .value("memory_swap_limit_in_bytes", "memorySwapLimitInBytes", \.memorySwapLimitInBytes),
        ]
    }

    public struct SELinuxOption: ProtoMessage {
        public var user: String = .absent
        public var role: String = .absent
        public var type: String = .absent
        public var level: String = .absent

        public init() {}

        public static var protoName: String { "SELinuxOption" }
        public static let fields: [ProtoField<SELinuxOption>] = [
            .value("user", "user", \.user),
            .value("role", "role", \.role),
            .value("type", "type", \.type),
            .value("level", "level", \.level),
        ]
    }

    public struct Capability: ProtoMessage {
        public var addCapabilities: [String] = []
        public var dropCapabilities: [String] = []
        public var addAmbientCapabilities: [String] = []

        public init() {}

        public static var protoName: String { "Capability" }
        public static let fields: [ProtoField<Capability>] = [
            .list("add_capabilities", "addCapabilities", \.addCapabilities),
            .list("drop_capabilities", "dropCapabilities", \.dropCapabilities),
            .list("add_ambient_capabilities", "addAmbientCapabilities", \.addAmbientCapabilities),
        ]
    }

    public struct LinuxContainerSecurityContext: ProtoMessage {
        public var capabilities: Capability?
        public var privileged: Bool = .absent
        public var namespaceOptions: NamespaceOption?
        public var selinuxOptions: SELinuxOption?
        public var runAsUser: Int64Value?
        public var runAsGroup: Int64Value?
        public var runAsUsername: String = .absent
        public var readonlyRootfs: Bool = .absent
        public var supplementalGroups: [Int64] = []
        public var supplementalGroupsPolicy: SupplementalGroupsPolicy = .absent
        public var noNewPrivs: Bool = .absent
        public var maskedPaths: [String] = []
        public var readonlyPaths: [String] = []
        public var seccomp: SecurityProfile?
        public var apparmor: SecurityProfile?
        public var apparmorProfile: String = .absent
        public var seccompProfilePath: String = .absent

        public init() {}

        public static var protoName: String { "LinuxContainerSecurityContext" }
        public static let fields: [ProtoField<LinuxContainerSecurityContext>] = [
            .message("capabilities", "capabilities", \.capabilities),
            .value("privileged", "privileged", \.privileged),
            .message("namespace_options", "namespaceOptions", \.namespaceOptions),
            .message("selinux_options", "selinuxOptions", \.selinuxOptions),
            .message("run_as_user", "runAsUser", \.runAsUser),
            .message("run_as_group", "runAsGroup", \.runAsGroup),
            .value("run_as_username", "runAsUsername", \.runAsUsername),
            .value("readonly_rootfs", "readonlyRootfs", \.readonlyRootfs),
            .list("supplemental_groups", "supplementalGroups", \.supplementalGroups),
            .value("supplemental_groups_policy", "supplementalGroupsPolicy", \.supplementalGroupsPolicy),
            .value("no_new_privs", "noNewPrivs", \.noNewPrivs),
            .list("masked_paths", "maskedPaths", \.maskedPaths),
            .list("readonly_paths", "readonlyPaths", \.readonlyPaths),
            .message("seccomp", "seccomp", \.seccomp),
            .message("apparmor", "apparmor", \.apparmor),
            .value("apparmor_profile", "apparmorProfile", \.apparmorProfile, [.deprecated]),
            .value("seccomp_profile_path", "seccompProfilePath", \.seccompProfilePath, [.deprecated]),
        ]
    }

    public struct LinuxContainerConfig: ProtoMessage {
        public var resources: LinuxContainerResources?
        public var securityContext: LinuxContainerSecurityContext?

        public init() {}

        public static var protoName: String { "LinuxContainerConfig" }
        public static let fields: [ProtoField<LinuxContainerConfig>] = [
            .message("resources", "resources", \.resources),
            .message("security_context", "securityContext", \.securityContext),
        ]
    }

    public struct LinuxContainerUser: ProtoMessage {
        public var uid: Int64 = .absent
        public var gid: Int64 = .absent
        public var supplementalGroups: [Int64] = []

        public init() {}

        public static var protoName: String { "LinuxContainerUser" }
        public static let fields: [ProtoField<LinuxContainerUser>] = [
            .value("uid", "uid", \.uid),
            .value("gid", "gid", \.gid),
            .list("supplemental_groups", "supplementalGroups", \.supplementalGroups),
        ]
    }

    public struct ContainerMetadata: ProtoMessage {
        public var name: String = .absent
        public var attempt: UInt32 = .absent

        public init() {}

        public static var protoName: String { "ContainerMetadata" }
        public static let fields: [ProtoField<ContainerMetadata>] = [
            .value("name", "name", \.name),
            .value("attempt", "attempt", \.attempt),
        ]
    }

    public struct Device: ProtoMessage {
        public var containerPath: String = .absent
        public var hostPath: String = .absent
        public var permissions: String = .absent

        public init() {}

        public static var protoName: String { "Device" }
        public static let fields: [ProtoField<Device>] = [
            .value("container_path", "containerPath", \.containerPath),
            .value("host_path", "hostPath", \.hostPath),
            .value("permissions", "permissions", \.permissions),
        ]
    }

    public struct CDIDevice: ProtoMessage {
        public var name: String = .absent

        public init() {}

        public static var protoName: String { "CDIDevice" }
        public static let fields: [ProtoField<CDIDevice>] = [
            .value("name", "name", \.name),
        ]
    }

    public struct ContainerConfig: ProtoMessage {
        public var metadata: ContainerMetadata?
        public var image: ImageSpec?
        public var command: [String] = []
        public var args: [String] = []
        public var workingDir: String = .absent
        public var envs: [KeyValue] = []
        public var mounts: [Mount] = []
        public var devices: [Device] = []
        public var labels: [String: String] = [:]
        public var annotations: [String: String] = [:]
        public var logPath: String = .absent
        public var stdin: Bool = .absent
        public var stdinOnce: Bool = .absent
        public var tty: Bool = .absent
        public var linux: LinuxContainerConfig?
        public var windows: WindowsContainerConfig?
        public var cdiDevices: [CDIDevice] = []
        public var stopSignal: Signal = .absent

        public init() {}

        public static var protoName: String { "ContainerConfig" }
        public static let fields: [ProtoField<ContainerConfig>] = [
            .message("metadata", "metadata", \.metadata),
            .message("image", "image", \.image),
            .list("command", "command", \.command),
            .list("args", "args", \.args),
            .value("working_dir", "workingDir", \.workingDir),
            .list("envs", "envs", \.envs),
            .list("mounts", "mounts", \.mounts),
            .list("devices", "devices", \.devices),
            .map("labels", "labels", \.labels),
            .map("annotations", "annotations", \.annotations),
            .value("log_path", "logPath", \.logPath),
            .value("stdin", "stdin", \.stdin),
            .value("stdin_once", "stdinOnce", \.stdinOnce),
            .value("tty", "tty", \.tty),
            .message("linux", "linux", \.linux),
            .message("windows", "windows", \.windows),
            .list("CDI_devices", "CDIDevices", \.cdiDevices),
            .value("stop_signal", "stopSignal", \.stopSignal),
        ]
    }

    public struct CreateContainerRequest: ProtoMessage {
        public var podSandboxId: String = .absent
        public var config: ContainerConfig?
        public var sandboxConfig: PodSandboxConfig?

        public init() {}

        public static var protoName: String { "CreateContainerRequest" }
        public static let fields: [ProtoField<CreateContainerRequest>] = [
            .value("pod_sandbox_id", "podSandboxId", \.podSandboxId),
            .message("config", "config", \.config),
            .message("sandbox_config", "sandboxConfig", \.sandboxConfig),
        ]
    }

    public struct CreateContainerResponse: ProtoMessage {
        public var containerId: String = .absent

        public init() {}

        public static var protoName: String { "CreateContainerResponse" }
        public static let fields: [ProtoField<CreateContainerResponse>] = [
            .value("container_id", "containerId", \.containerId),
        ]
    }

    public struct StartContainerRequest: ProtoMessage {
        public var containerId: String = .absent

        public init() {}

        public static var protoName: String { "StartContainerRequest" }
        public static let fields: [ProtoField<StartContainerRequest>] = [
            .value("container_id", "containerId", \.containerId),
        ]
    }

    public struct StartContainerResponse: ProtoMessage {
        public init() {}

        public static var protoName: String { "StartContainerResponse" }
        public static let fields: [ProtoField<StartContainerResponse>] = []
    }

    public struct StopContainerRequest: ProtoMessage {
        public var containerId: String = .absent
        public var timeout: Int64 = .absent

        public init() {}

        public static var protoName: String { "StopContainerRequest" }
        public static let fields: [ProtoField<StopContainerRequest>] = [
            .value("container_id", "containerId", \.containerId),
            .value("timeout", "timeout", \.timeout),
        ]
    }

    public struct StopContainerResponse: ProtoMessage {
        public init() {}

        public static var protoName: String { "StopContainerResponse" }
        public static let fields: [ProtoField<StopContainerResponse>] = []
    }

    public struct RemoveContainerRequest: ProtoMessage {
        public var containerId: String = .absent

        public init() {}

        public static var protoName: String { "RemoveContainerRequest" }
        public static let fields: [ProtoField<RemoveContainerRequest>] = [
            .value("container_id", "containerId", \.containerId),
        ]
    }

    public struct RemoveContainerResponse: ProtoMessage {
        public init() {}

        public static var protoName: String { "RemoveContainerResponse" }
        public static let fields: [ProtoField<RemoveContainerResponse>] = []
    }

    public struct ContainerStateValue: ProtoMessage {
        public var state: ContainerState = .absent

        public init() {}

        public static var protoName: String { "ContainerStateValue" }
        public static let fields: [ProtoField<ContainerStateValue>] = [
            .value("state", "state", \.state),
        ]
    }

    public struct ContainerFilter: ProtoMessage {
        public var id: String = .absent
        public var state: ContainerStateValue?
        public var podSandboxId: String = .absent
        public var labelSelector: [String: String] = [:]

        public init() {}

        public static var protoName: String { "ContainerFilter" }
        public static let fields: [ProtoField<ContainerFilter>] = [
            .value("id", "id", \.id),
            .message("state", "state", \.state),
            .value("pod_sandbox_id", "podSandboxId", \.podSandboxId),
            .map("label_selector", "labelSelector", \.labelSelector),
        ]
    }

    public struct ListContainersRequest: ProtoMessage {
        public var filter: ContainerFilter?

        public init() {}

        public static var protoName: String { "ListContainersRequest" }
        public static let fields: [ProtoField<ListContainersRequest>] = [
            .message("filter", "filter", \.filter),
        ]
    }

    public struct Container: ProtoMessage {
        public var id: String = .absent
        public var podSandboxId: String = .absent
        public var metadata: ContainerMetadata?
        public var image: ImageSpec?
        public var imageRef: String = .absent
        public var state: ContainerState = .absent
        public var createdAt: Int64 = .absent
        public var labels: [String: String] = [:]
        public var annotations: [String: String] = [:]
        public var imageId: String = .absent

        public init() {}

        public static var protoName: String { "Container" }
        public static let fields: [ProtoField<Container>] = [
            .value("id", "id", \.id),
            .value("pod_sandbox_id", "podSandboxId", \.podSandboxId),
            .message("metadata", "metadata", \.metadata),
            .message("image", "image", \.image),
            .value("image_ref", "imageRef", \.imageRef),
            .value("state", "state", \.state),
            .value("created_at", "createdAt", \.createdAt),
            .map("labels", "labels", \.labels),
            .map("annotations", "annotations", \.annotations),
            .value("image_id", "imageId", \.imageId),
        ]
    }

    public struct ListContainersResponse: ProtoMessage {
        public var containers: [Container] = []

        public init() {}

        public static var protoName: String { "ListContainersResponse" }
        public static let fields: [ProtoField<ListContainersResponse>] = [
            .list("containers", "containers", \.containers),
        ]
    }

    public struct StreamContainersRequest: ProtoMessage {
        public var filter: ContainerFilter?

        public init() {}

        public static var protoName: String { "StreamContainersRequest" }
        public static let fields: [ProtoField<StreamContainersRequest>] = [
            .message("filter", "filter", \.filter),
        ]
    }

    public struct StreamContainersResponse: ProtoMessage {
        public var containers: [Container] = []

        public init() {}

        public static var protoName: String { "StreamContainersResponse" }
        public static let fields: [ProtoField<StreamContainersResponse>] = [
            .list("containers", "containers", \.containers),
        ]
    }

    public struct ContainerStatusRequest: ProtoMessage {
        public var containerId: String = .absent
        public var verbose: Bool = .absent

        public init() {}

        public static var protoName: String { "ContainerStatusRequest" }
        public static let fields: [ProtoField<ContainerStatusRequest>] = [
            .value("container_id", "containerId", \.containerId),
            .value("verbose", "verbose", \.verbose),
        ]
    }

    public struct ContainerStatus: ProtoMessage {
        public var id: String = .absent
        public var metadata: ContainerMetadata?
        public var state: ContainerState = .absent
        public var createdAt: Int64 = .absent
        public var startedAt: Int64 = .absent
        public var finishedAt: Int64 = .absent
        public var exitCode: Int32 = .absent
        public var image: ImageSpec?
        public var imageRef: String = .absent
        public var reason: String = .absent
        public var message: String = .absent
        public var labels: [String: String] = [:]
        public var annotations: [String: String] = [:]
        public var mounts: [Mount] = []
        public var logPath: String = .absent
        public var resources: ContainerResources?
        public var imageId: String = .absent
        public var user: ContainerUser?
        public var stopSignal: Signal = .absent

        public init() {}

        public static var protoName: String { "ContainerStatus" }
        public static let fields: [ProtoField<ContainerStatus>] = [
            .value("id", "id", \.id),
            .message("metadata", "metadata", \.metadata),
            .value("state", "state", \.state),
            .value("created_at", "createdAt", \.createdAt),
            .value("started_at", "startedAt", \.startedAt),
            .value("finished_at", "finishedAt", \.finishedAt),
            .value("exit_code", "exitCode", \.exitCode),
            .message("image", "image", \.image),
            .value("image_ref", "imageRef", \.imageRef),
            .value("reason", "reason", \.reason),
            .value("message", "message", \.message),
            .map("labels", "labels", \.labels),
            .map("annotations", "annotations", \.annotations),
            .list("mounts", "mounts", \.mounts),
            .value("log_path", "logPath", \.logPath),
            .message("resources", "resources", \.resources),
            .value("image_id", "imageId", \.imageId),
            .message("user", "user", \.user),
            .value("stop_signal", "stopSignal", \.stopSignal),
        ]
    }

    public struct ContainerStatusResponse: ProtoMessage {
        public var status: ContainerStatus?
        public var info: [String: String] = [:]

        public init() {}

        public static var protoName: String { "ContainerStatusResponse" }
        public static let fields: [ProtoField<ContainerStatusResponse>] = [
            .message("status", "status", \.status),
            .map("info", "info", \.info),
        ]
    }

    public struct ContainerResources: ProtoMessage {
        public var linux: LinuxContainerResources?
        public var windows: WindowsContainerResources?

        public init() {}

        public static var protoName: String { "ContainerResources" }
        public static let fields: [ProtoField<ContainerResources>] = [
            .message("linux", "linux", \.linux),
            .message("windows", "windows", \.windows),
        ]
    }

    public struct ContainerUser: ProtoMessage {
        public var linux: LinuxContainerUser?

        public init() {}

        public static var protoName: String { "ContainerUser" }
        public static let fields: [ProtoField<ContainerUser>] = [
            .message("linux", "linux", \.linux),
        ]
    }

    public struct UpdateContainerResourcesRequest: ProtoMessage {
        public var containerId: String = .absent
        public var linux: LinuxContainerResources?
        public var windows: WindowsContainerResources?
        public var annotations: [String: String] = [:]

        public init() {}

        public static var protoName: String { "UpdateContainerResourcesRequest" }
        public static let fields: [ProtoField<UpdateContainerResourcesRequest>] = [
            .value("container_id", "containerId", \.containerId),
            .message("linux", "linux", \.linux),
            .message("windows", "windows", \.windows),
            .map("annotations", "annotations", \.annotations),
        ]
    }

    public struct UpdateContainerResourcesResponse: ProtoMessage {
        public init() {}

        public static var protoName: String { "UpdateContainerResourcesResponse" }
        public static let fields: [ProtoField<UpdateContainerResourcesResponse>] = []
    }

    public struct ExecSyncRequest: ProtoMessage {
        public var containerId: String = .absent
        public var cmd: [String] = []
        public var timeout: Int64 = .absent

        public init() {}

        public static var protoName: String { "ExecSyncRequest" }
        public static let fields: [ProtoField<ExecSyncRequest>] = [
            .value("container_id", "containerId", \.containerId),
            .list("cmd", "cmd", \.cmd),
            .value("timeout", "timeout", \.timeout),
        ]
    }

    public struct ExecSyncResponse: ProtoMessage {
        public var stdout: ProtoBytes = .absent
        public var stderr: ProtoBytes = .absent
        public var exitCode: Int32 = .absent

        public init() {}

        public static var protoName: String { "ExecSyncResponse" }
        public static let fields: [ProtoField<ExecSyncResponse>] = [
            .value("stdout", "stdout", \.stdout),
            .value("stderr", "stderr", \.stderr),
            .value("exit_code", "exitCode", \.exitCode),
        ]
    }

    public struct ExecRequest: ProtoMessage {
        public var containerId: String = .absent
        public var cmd: [String] = []
        public var tty: Bool = .absent
        public var stdin: Bool = .absent
        public var stdout: Bool = .absent
        public var stderr: Bool = .absent

        public init() {}

        public static var protoName: String { "ExecRequest" }
        public static let fields: [ProtoField<ExecRequest>] = [
            .value("container_id", "containerId", \.containerId),
            .list("cmd", "cmd", \.cmd),
            .value("tty", "tty", \.tty),
            .value("stdin", "stdin", \.stdin),
            .value("stdout", "stdout", \.stdout),
            .value("stderr", "stderr", \.stderr),
        ]
    }

    public struct ExecResponse: ProtoMessage {
        public var url: String = .absent

        public init() {}

        public static var protoName: String { "ExecResponse" }
        public static let fields: [ProtoField<ExecResponse>] = [
            .value("url", "url", \.url),
        ]
    }

    public struct AttachRequest: ProtoMessage {
        public var containerId: String = .absent
        public var stdin: Bool = .absent
        public var tty: Bool = .absent
        public var stdout: Bool = .absent
        public var stderr: Bool = .absent

        public init() {}

        public static var protoName: String { "AttachRequest" }
        public static let fields: [ProtoField<AttachRequest>] = [
            .value("container_id", "containerId", \.containerId),
            .value("stdin", "stdin", \.stdin),
            .value("tty", "tty", \.tty),
            .value("stdout", "stdout", \.stdout),
            .value("stderr", "stderr", \.stderr),
        ]
    }

    public struct AttachResponse: ProtoMessage {
        public var url: String = .absent

        public init() {}

        public static var protoName: String { "AttachResponse" }
        public static let fields: [ProtoField<AttachResponse>] = [
            .value("url", "url", \.url),
        ]
    }

    public struct ContainerAttributes: ProtoMessage {
        public var id: String = .absent
        public var metadata: ContainerMetadata?
        public var labels: [String: String] = [:]
        public var annotations: [String: String] = [:]

        public init() {}

        public static var protoName: String { "ContainerAttributes" }
        public static let fields: [ProtoField<ContainerAttributes>] = [
            .value("id", "id", \.id),
            .message("metadata", "metadata", \.metadata),
            .map("labels", "labels", \.labels),
            .map("annotations", "annotations", \.annotations),
        ]
    }

    public struct ReopenContainerLogRequest: ProtoMessage {
        public var containerId: String = .absent

        public init() {}

        public static var protoName: String { "ReopenContainerLogRequest" }
        public static let fields: [ProtoField<ReopenContainerLogRequest>] = [
            .value("container_id", "containerId", \.containerId),
        ]
    }

    public struct ReopenContainerLogResponse: ProtoMessage {
        public init() {}

        public static var protoName: String { "ReopenContainerLogResponse" }
        public static let fields: [ProtoField<ReopenContainerLogResponse>] = []
    }

    public struct CheckpointContainerRequest: ProtoMessage {
        public var containerId: String = .absent
        public var location: String = .absent
        public var timeout: Int64 = .absent

        public init() {}

        public static var protoName: String { "CheckpointContainerRequest" }
        public static let fields: [ProtoField<CheckpointContainerRequest>] = [
            .value("container_id", "containerId", \.containerId),
            .value("location", "location", \.location),
            .value("timeout", "timeout", \.timeout),
        ]
    }

    public struct CheckpointContainerResponse: ProtoMessage {
        public init() {}

        public static var protoName: String { "CheckpointContainerResponse" }
        public static let fields: [ProtoField<CheckpointContainerResponse>] = []
    }

    public struct RestoredContainer: ProtoMessage {
        public var name: String = .absent
        public var containerId: String = .absent

        public init() {}

        public static var protoName: String { "RestoredContainer" }
        public static let fields: [ProtoField<RestoredContainer>] = [
            .value("name", "name", \.name),
            .value("container_id", "containerId", \.containerId),
        ]
    }

    public struct ContainerEventResponse: ProtoMessage {
        public var containerId: String = .absent
        public var containerEventType: ContainerEventType = .absent
        public var createdAt: Int64 = .absent
        public var podSandboxStatus: PodSandboxStatus?
        public var containersStatuses: [ContainerStatus] = []

        public init() {}

        public static var protoName: String { "ContainerEventResponse" }
        public static let fields: [ProtoField<ContainerEventResponse>] = [
            .value("container_id", "containerId", \.containerId),
            .value("container_event_type", "containerEventType", \.containerEventType),
            .value("created_at", "createdAt", \.createdAt),
            .message("pod_sandbox_status", "podSandboxStatus", \.podSandboxStatus),
            .list("containers_statuses", "containersStatuses", \.containersStatuses),
        ]
    }
}
