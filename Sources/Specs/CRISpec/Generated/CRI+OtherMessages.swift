// Written by hack/cri-messages from cri-v1.schema.json: change that, not this.

extension CRI {
    public struct VersionRequest: ProtoMessage {
        public var version: String = .absent

        public init() {}

        public static var protoName: String { "VersionRequest" }
        public static let fields: [ProtoField<VersionRequest>] = [
            .value("version", "version", \.version),
        ]
    }

    public struct VersionResponse: ProtoMessage {
        public var version: String = .absent
        public var runtimeName: String = .absent
        public var runtimeVersion: String = .absent
        public var runtimeApiVersion: String = .absent

        public init() {}

        public static var protoName: String { "VersionResponse" }
        public static let fields: [ProtoField<VersionResponse>] = [
            .value("version", "version", \.version),
            .value("runtime_name", "runtimeName", \.runtimeName),
            .value("runtime_version", "runtimeVersion", \.runtimeVersion),
            .value("runtime_api_version", "runtimeApiVersion", \.runtimeApiVersion),
        ]
    }

    public struct IDMapping: ProtoMessage {
        public var hostId: UInt32 = .absent
        public var containerId: UInt32 = .absent
        public var length: UInt32 = .absent

        public init() {}

        public static var protoName: String { "IDMapping" }
        public static let fields: [ProtoField<IDMapping>] = [
            .value("host_id", "hostId", \.hostId),
            .value("container_id", "containerId", \.containerId),
            .value("length", "length", \.length),
        ]
    }

    public struct Int64Value: ProtoMessage {
        public var value: Int64 = .absent

        public init() {}

        public static var protoName: String { "Int64Value" }
        public static let fields: [ProtoField<Int64Value>] = [
            .value("value", "value", \.value),
        ]
    }

    public struct KeyValue: ProtoMessage {
        public var key: String = .absent
        public var value: ProtoBytes = .absent

        public init() {}

        public static var protoName: String { "KeyValue" }
        public static let fields: [ProtoField<KeyValue>] = [
            .value("key", "key", \.key),
            .value("value", "value", \.value),
        ]
    }

    public struct HugepageLimit: ProtoMessage {
        public var pageSize: String = .absent
        public var limit: UInt64 = .absent

        public init() {}

        public static var protoName: String { "HugepageLimit" }
        public static let fields: [ProtoField<HugepageLimit>] = [
            .value("page_size", "pageSize", \.pageSize),
            .value("limit", "limit", \.limit),
        ]
    }

    public struct NetworkConfig: ProtoMessage {
        public var podCidr: String = .absent

        public init() {}

        public static var protoName: String { "NetworkConfig" }
        public static let fields: [ProtoField<NetworkConfig>] = [
            .value("pod_cidr", "podCidr", \.podCidr),
        ]
    }

    public struct RuntimeConfig: ProtoMessage {
        public var networkConfig: NetworkConfig?

        public init() {}

        public static var protoName: String { "RuntimeConfig" }
        public static let fields: [ProtoField<RuntimeConfig>] = [
            .message("network_config", "networkConfig", \.networkConfig),
        ]
    }

    public struct UpdateRuntimeConfigRequest: ProtoMessage {
        public var runtimeConfig: RuntimeConfig?

        public init() {}

        public static var protoName: String { "UpdateRuntimeConfigRequest" }
        public static let fields: [ProtoField<UpdateRuntimeConfigRequest>] = [
            .message("runtime_config", "runtimeConfig", \.runtimeConfig),
        ]
    }

    public struct UpdateRuntimeConfigResponse: ProtoMessage {
        public init() {}

        public static var protoName: String { "UpdateRuntimeConfigResponse" }
        public static let fields: [ProtoField<UpdateRuntimeConfigResponse>] = []
    }

    public struct RuntimeCondition: ProtoMessage {
        public var type: String = .absent
        public var status: Bool = .absent
        public var reason: String = .absent
        public var message: String = .absent

        public init() {}

        public static var protoName: String { "RuntimeCondition" }
        public static let fields: [ProtoField<RuntimeCondition>] = [
            .value("type", "type", \.type),
            .value("status", "status", \.status),
            .value("reason", "reason", \.reason),
            .value("message", "message", \.message),
        ]
    }

    public struct RuntimeStatus: ProtoMessage {
        public var conditions: [RuntimeCondition] = []

        public init() {}

        public static var protoName: String { "RuntimeStatus" }
        public static let fields: [ProtoField<RuntimeStatus>] = [
            .list("conditions", "conditions", \.conditions),
        ]
    }

    public struct StatusRequest: ProtoMessage {
        public var verbose: Bool = .absent

        public init() {}

        public static var protoName: String { "StatusRequest" }
        public static let fields: [ProtoField<StatusRequest>] = [
            .value("verbose", "verbose", \.verbose),
        ]
    }

    public struct RuntimeHandlerFeatures: ProtoMessage {
        public var recursiveReadOnlyMounts: Bool = .absent
        public var userNamespaces: Bool = .absent

        public init() {}

        public static var protoName: String { "RuntimeHandlerFeatures" }
        public static let fields: [ProtoField<RuntimeHandlerFeatures>] = [
            .value("recursive_read_only_mounts", "recursiveReadOnlyMounts", \.recursiveReadOnlyMounts),
            .value("user_namespaces", "userNamespaces", \.userNamespaces),
        ]
    }

    public struct RuntimeHandler: ProtoMessage {
        public var name: String = .absent
        public var features: RuntimeHandlerFeatures?

        public init() {}

        public static var protoName: String { "RuntimeHandler" }
        public static let fields: [ProtoField<RuntimeHandler>] = [
            .value("name", "name", \.name),
            .message("features", "features", \.features),
        ]
    }

    public struct RuntimeFeatures: ProtoMessage {
        public var supplementalGroupsPolicy: Bool = .absent
        public var userNamespacesHostNetwork: Bool = .absent
        public var mountOptions: Bool = .absent

        public init() {}

        public static var protoName: String { "RuntimeFeatures" }
        public static let fields: [ProtoField<RuntimeFeatures>] = [
            .value("supplemental_groups_policy", "supplementalGroupsPolicy", \.supplementalGroupsPolicy),
            .value("user_namespaces_host_network", "userNamespacesHostNetwork", \.userNamespacesHostNetwork),
            .value("mount_options", "mountOptions", \.mountOptions),
        ]
    }

    public struct StatusResponse: ProtoMessage {
        public var status: RuntimeStatus?
        public var info: [String: String] = [:]
        public var runtimeHandlers: [RuntimeHandler] = []
        public var features: RuntimeFeatures?

        public init() {}

        public static var protoName: String { "StatusResponse" }
        public static let fields: [ProtoField<StatusResponse>] = [
            .message("status", "status", \.status),
            .map("info", "info", \.info),
            .list("runtime_handlers", "runtimeHandlers", \.runtimeHandlers),
            .message("features", "features", \.features),
        ]
    }

    public struct UInt64Value: ProtoMessage {
        public var value: UInt64 = .absent

        public init() {}

        public static var protoName: String { "UInt64Value" }
        public static let fields: [ProtoField<UInt64Value>] = [
            .value("value", "value", \.value),
        ]
    }

    public struct GetEventsRequest: ProtoMessage {
        public init() {}

        public static var protoName: String { "GetEventsRequest" }
        public static let fields: [ProtoField<GetEventsRequest>] = []
    }

    public struct RuntimeConfigRequest: ProtoMessage {
        public init() {}

        public static var protoName: String { "RuntimeConfigRequest" }
        public static let fields: [ProtoField<RuntimeConfigRequest>] = []
    }

    public struct RuntimeConfigResponse: ProtoMessage {
        public var linux: LinuxRuntimeConfiguration?

        public init() {}

        public static var protoName: String { "RuntimeConfigResponse" }
        public static let fields: [ProtoField<RuntimeConfigResponse>] = [
            .message("linux", "linux", \.linux),
        ]
    }

    public struct LinuxRuntimeConfiguration: ProtoMessage {
        public var cgroupDriver: CgroupDriver = .absent

        public init() {}

        public static var protoName: String { "LinuxRuntimeConfiguration" }
        public static let fields: [ProtoField<LinuxRuntimeConfiguration>] = [
            .value("cgroup_driver", "cgroupDriver", \.cgroupDriver),
        ]
    }
}
