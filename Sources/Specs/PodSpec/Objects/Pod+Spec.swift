import JSONCoding

extension Pod {
    /// What a pod shall be. Fields that are not acted on yet are kept as they were written, as `JSONNode`.
    public struct Spec: Codable, Sendable, Hashable {
        @EmptyByDefault public var initContainers: [Container]
        public var containers: [Container]
        @EmptyByDefault public var ephemeralContainers: [JSONNode]
        @EmptyByDefault public var volumes: [Volume]
        public var restartPolicy: RestartPolicy
        public var terminationGracePeriodSeconds: Int64
        public var activeDeadlineSeconds: Int64?
        public var securityContext: PodSecurityContext?
        public var hostname: String?
        public var subdomain: String?
        public var setHostnameAsFQDN: Bool?
        public var hostnameOverride: String?
        public var hostNetwork: Bool?
        public var hostPID: Bool?
        public var hostIPC: Bool?
        public var hostUsers: Bool?
        public var shareProcessNamespace: Bool?
        public var runtimeClassName: String?
        public var dnsPolicy: DNSPolicy?
        public var dnsConfig: DNSConfig?
        @EmptyByDefault public var hostAliases: [HostAlias]
        @EmptyByDefault public var imagePullSecrets: [LocalObjectReference]
        public var serviceAccountName: String?
        public var serviceAccount: String?
        public var automountServiceAccountToken: Bool?
        public var enableServiceLinks: Bool?
        public var nodeName: String?
        @EmptyByDefault public var nodeSelector: [String: String]
        public var schedulerName: String?
        public var priorityClassName: String?
        public var priority: Int32?
        public var preemptionPolicy: String?
        public var affinity: JSONNode?
        @EmptyByDefault public var tolerations: [JSONNode]
        @EmptyByDefault public var topologySpreadConstraints: [JSONNode]
        @EmptyByDefault public var readinessGates: [ReadinessGate]
        @EmptyByDefault public var schedulingGates: [JSONNode]
        @EmptyByDefault public var resourceClaims: [JSONNode]
        @EmptyByDefault public var overhead: [String: Quantity]
        public var resources: ResourceRequirements?
        public var os: JSONNode?

        /// Creates a spec with the API server's defaults.
        public init(containers: [Container]) {
            self.containers = containers
            restartPolicy = .always
            terminationGracePeriodSeconds = 30
        }
    }

    /// A condition that a pod has to have besides its containers to be ready.
    public struct ReadinessGate: Codable, Sendable, Hashable {
        public var conditionType: String

        /// Creates a gate.
        public init(conditionType: String) { self.conditionType = conditionType }
    }

    /// Whether containers that end are started again.
    public enum RestartPolicy: String, Codable, Sendable, Hashable {
        case always = "Always"
        case onFailure = "OnFailure"
        case never = "Never"
    }

    /// Where a pod's name servers come from.
    public enum DNSPolicy: String, Codable, Sendable, Hashable {
        case clusterFirst = "ClusterFirst"
        case clusterFirstWithHostNet = "ClusterFirstWithHostNet"
        case `default` = "Default"
        case none = "None"
    }

    /// A pod's own name servers, search domains and resolver options.
    public struct DNSConfig: Codable, Sendable, Hashable {
        /// One option of resolv.conf.
        public struct Option: Codable, Sendable, Hashable {
            public var name: String
            public var value: String?
        }

        @EmptyByDefault public var nameservers: [String]
        @EmptyByDefault public var searches: [String]
        @EmptyByDefault public var options: [Option]
    }

    /// A line of /etc/hosts.
    public struct HostAlias: Codable, Sendable, Hashable {
        public var ip: String
        @EmptyByDefault public var hostnames: [String]
    }

    /// The name of another object in the pod's namespace.
    public struct LocalObjectReference: Codable, Sendable, Hashable {
        public var name: String
    }
}
