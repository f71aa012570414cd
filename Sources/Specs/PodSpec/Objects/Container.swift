import JSONCoding

/// One container of a pod.
public struct Container: Codable, Sendable, Hashable {
    public var name: String
    public var image: String
    public var imagePullPolicy: ImagePullPolicy
    /// Replaces the image's ENTRYPOINT; its own CMD is then not used.
    @EmptyByDefault public var command: [String]
    /// Replaces the image's CMD.
    @EmptyByDefault public var args: [String]
    public var workingDir: String?
    @EmptyByDefault public var ports: [ContainerPort]
    @EmptyByDefault public var env: [EnvVar]
    @EmptyByDefault public var envFrom: [EnvFromSource]
    public var resources: ResourceRequirements
    @EmptyByDefault public var volumeMounts: [VolumeMount]
    @EmptyByDefault public var volumeDevices: [JSONNode]
    public var securityContext: SecurityContext?
    public var livenessProbe: Probe?
    public var readinessProbe: Probe?
    public var startupProbe: Probe?
    public var lifecycle: Lifecycle?
    /// Takes the place of the pod's. `Always` makes a sidecar of an init container.
    public var restartPolicy: Pod.RestartPolicy?
    /// Ends that are followed by another attempt whatever the policy says; the first that matches counts.
    @EmptyByDefault public var restartPolicyRules: [ContainerRestartRule]
    @EmptyByDefault public var resizePolicy: [ContainerResizePolicy]
    public var stdin: Bool?
    public var stdinOnce: Bool?
    public var tty: Bool?
    public var terminationMessagePath: String
    public var terminationMessagePolicy: String

    /// Creates a container with the API server's defaults.
    public init(name: String, image: String) {
        self.name = name
        self.image = image
        imagePullPolicy = ImagePullPolicy.byDefault(image: image)
        resources = ResourceRequirements()
        terminationMessagePath = "/dev/termination-log"
        terminationMessagePolicy = "File"
    }
}

/// When an image is fetched from its registry.
public enum ImagePullPolicy: String, Codable, Sendable, Hashable {
    case always = "Always"
    case ifNotPresent = "IfNotPresent"
    case never = "Never"

    /// What the API server fills in: `Always` for the tag `latest` and for none, else `IfNotPresent`.
    public static func byDefault(image: String) -> ImagePullPolicy {
        if image.utf8.contains(UInt8(ascii: "@")) { return .ifNotPresent }
        // A colon before the last slash belongs to the registry's port.
        let name =
            image.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).last ?? image.utf8[...]
        guard let colon = name.lastIndex(of: UInt8(ascii: ":")) else { return .always }
        return name[name.index(after: colon)...].elementsEqual("latest".utf8) ? .always : .ifNotPresent
    }
}

/// A port that a container listens on, and the host's port that leads to it.
public struct ContainerPort: Codable, Sendable, Hashable {
    /// Transport protocols of ports.
    public enum TransportProtocol: String, Codable, Sendable, Hashable {
        case tcp = "TCP"
        case udp = "UDP"
        case sctp = "SCTP"
    }

    public var name: String?
    public var containerPort: UInt16
    public var hostPort: UInt16?
    public var hostIP: String?
    public var `protocol`: TransportProtocol

    /// Creates a port.
    public init(containerPort: UInt16, hostPort: UInt16? = nil, protocol: TransportProtocol = .tcp) {
        self.containerPort = containerPort
        self.hostPort = hostPort
        self.protocol = `protocol`
    }
}

/// A volume's place in a container.
public struct VolumeMount: Codable, Sendable, Hashable {
    /// Which mounts made later inside are seen where.
    public enum Propagation: String, Codable, Sendable, Hashable {
        case none = "None"
        case hostToContainer = "HostToContainer"
        case bidirectional = "Bidirectional"
    }

    /// Whether what is mounted below a read-only volume can only be read as well.
    public enum RecursiveReadOnly: String, Codable, Sendable, Hashable {
        case disabled = "Disabled"
        /// Where the kernel can.
        case ifPossible = "IfPossible"
        case enabled = "Enabled"
    }

    public var name: String
    public var mountPath: String
    public var subPath: String?
    /// A sub path with `$(VAR)` of the container's variables.
    public var subPathExpr: String?
    public var readOnly: Bool?
    public var recursiveReadOnly: RecursiveReadOnly?
    public var mountPropagation: Propagation?

    /// Creates a mount.
    public init(name: String, mountPath: String) {
        self.name = name
        self.mountPath = mountPath
    }
}

/// Whether a container has to start anew for another figure of a resource.
public struct ContainerResizePolicy: Codable, Sendable, Hashable {
    /// What a change of the figure costs.
    public enum Restart: String, Codable, Sendable, Hashable {
        case notRequired = "NotRequired"
        case container = "RestartContainer"
    }

    /// `cpu` or `memory`.
    public var resourceName: String
    public var restartPolicy: Restart

    /// Creates a policy.
    public init(resourceName: String, restartPolicy: Restart) {
        self.resourceName = resourceName
        self.restartPolicy = restartPolicy
    }
}

/// How much of cpu, memory and other resources a container may have and is promised.
public struct ResourceRequirements: Codable, Sendable, Hashable {
    @EmptyByDefault public var limits: [String: Quantity]
    @EmptyByDefault public var requests: [String: Quantity]
    @EmptyByDefault public var claims: [JSONNode]

    /// No limits and no requests.
    public init() {}
}
