import PodSpec

/// A namespace that the containers of a pod share, pinned by a bind mount `<directory>/<rawValue>`.
public enum PodNamespace: String, Sendable, Hashable, CaseIterable {
    case network = "net"
    case ipc
    case uts
    /// Owns the others: what the pod's root may do in them it may do nowhere else.
    case user
    /// Only where the containers share it; it lives as long as its first process does.
    case pid
}

/// A kernel parameter of one of a pod's namespaces.
public struct NamespaceParameter: Sendable, Hashable {
    public var namespace: PodNamespace
    /// Below /proc/sys.
    public var path: String
    public var value: String

    public init(namespace: PodNamespace, path: String, value: String) {
        self.namespace = namespace
        self.path = path
        self.value = value
    }
}

/// Why a pod's sandbox (its namespaces, network or cgroup) could not be made or removed.
public struct SandboxFailure: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// A host port belongs to another pod or process; the message says to whom.
        case hostPortConflict
        /// The pod's network is not defined.
        case unknownNetwork
        /// No address is left.
        case addressesExhausted
        case noSpace
        case other
    }

    public var kind: Kind
    public var message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}

/// Makes the namespaces of a pod outlive any process.
public protocol PodNamespacing: Sendable {
    /// Pins new namespaces under `<directory>/net`, `ipc`, `uts`. Those that are pinned already stay as they are, and what a
    /// killed agent left half made is replaced: calling it again is safe.
    ///
    /// - Parameters:
    ///   - hostname: set inside a new UTS namespace.
    ///   - users: with a user namespace, the host's ids of its users and groups.
    func create(
        _ namespaces: Set<PodNamespace>,
        in directory: String,
        hostname: String,
        users: IDRange?
    ) async throws(SandboxFailure)

    /// Sets parameters of namespaces that are pinned there, in their order; calling it again is safe.
    func setParameters(_ parameters: [NamespaceParameter], in directory: String) async throws(SandboxFailure)

    /// Pins the PID namespace that a process is in, in the place of an earlier one.
    func pinProcesses(of pid: Int32, in directory: String) async throws(SandboxFailure)

    /// Which namespaces are pinned there.
    func pinned(in directory: String) async -> Set<PodNamespace>

    /// Unpins whatever is pinned there and removes the directory. Nothing there is no failure.
    func remove(in directory: String) async throws(SandboxFailure)
}

/// Limits of a pod's interface, in bits a second.
public struct PodBandwidth: Sendable, Hashable {
    /// What comes in.
    public var ingress: UInt64?
    /// What goes out.
    public var egress: UInt64?

    public init(ingress: UInt64? = nil, egress: UInt64? = nil) {
        self.ingress = ingress
        self.egress = egress
    }

    /// What annotations say; none where what they say cannot be, which the validator has refused.
    public init(of pod: Pod) {
        let limits = pod.bandwidth
        self.init(ingress: limits?.ingress, egress: limits?.egress)
    }
}

/// A port of the host that leads into a pod.
public struct PodPortMapping: Sendable, Hashable {
    public enum TransportProtocol: String, Sendable, Hashable {
        case tcp
        case udp
        case sctp
    }

    public var hostPort: UInt16
    public var containerPort: UInt16
    public var transport: TransportProtocol
    /// Address of the host to listen on; nil for all.
    public var hostIP: String?

    public init(hostPort: UInt16, containerPort: UInt16, transport: TransportProtocol, hostIP: String? = nil) {
        self.hostPort = hostPort
        self.containerPort = containerPort
        self.transport = transport
        self.hostIP = hostIP
    }
}

/// What a pod serves by name.
public struct PodService: Sendable, Hashable {
    public var name: String
    public var transport: PodPortMapping.TransportProtocol
    public var port: UInt16

    public init(name: String, transport: PodPortMapping.TransportProtocol, port: UInt16) {
        self.name = name
        self.transport = transport
        self.port = port
    }
}

/// What a pod wants of its network.
public struct PodNetworkRequest: Sendable, Hashable {
    public var podUID: String
    /// For messages and names: `namespace/name`.
    public var podKey: PodKey
    public var hostname: String
    /// Path of the pinned network namespace.
    public var namespacePath: String
    /// Name of a network; nil for the default one.
    public var network: String?
    public var ports: [PodPortMapping]
    /// By what other pods find it, below the domain of the cluster.
    public var names: [String] = []
    public var services: [PodService] = []
    /// By which policies know it.
    public var labels: [String: String] = [:]
    /// The networks that it is on beside that one.
    public var additional: [AdditionalNetwork] = []
    /// How much may come in and go out; nil for as much as there is.
    public var bandwidth = PodBandwidth()
    /// Whether it may send with addresses that are not its own.
    public var sendsForOthers = false
    /// What not every network can serve, by its places in the manifest.
    public var hostNeeds: [PodHostNeed] = []

    public init(
        podUID: String,
        podKey: PodKey,
        hostname: String,
        namespacePath: String,
        network: String?,
        ports: [PodPortMapping]
    ) {
        self.podUID = podUID
        self.podKey = podKey
        self.hostname = hostname
        self.namespacePath = namespacePath
        self.network = network
        self.ports = ports
    }
}

/// Something of a pod that not every network can serve: a way between the host and the pod.
public struct PodHostNeed: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// A port of the host's that leads to it.
        case port
        /// A limit of its interface.
        case bandwidth
        /// The agent connects to it.
        case connection
    }

    public var kind: Kind
    /// Where the manifest says it: `spec.containers[0].ports[0].hostPort`.
    public var place: String

    public init(_ kind: Kind, _ place: String) { (self.kind, self.place) = (kind, place) }
}

/// What a pod got from its network.
public struct PodNetworkState: Sendable, Hashable {
    public var network: String
    public var interface: String
    /// Addresses without prefix lengths; the first is the pod's main one.
    public var addresses: [String]
    public var gateway: String?
    /// Name servers for the pod's `resolv.conf`; empty means the host's.
    public var nameservers: [String]
    /// The domain of pods' names, where a server that knows them is among those.
    public var nameDomain: String?

    public init(
        network: String,
        interface: String,
        addresses: [String],
        gateway: String? = nil,
        nameservers: [String] = []
    ) {
        self.network = network
        self.interface = interface
        self.addresses = addresses
        self.gateway = gateway
        self.nameservers = nameservers
    }
}

/// The room of networks, as the engine sees it.
public protocol PodNetworking: Sendable {
    /// Connects a pod's network namespace. Setting up what is set up already gives the same answer.
    func setUp(_ request: PodNetworkRequest) async throws(SandboxFailure) -> PodNetworkState

    /// Says what pods may say to each other from now on: all policies that there are, and all pods that are wanted, by whose
    /// labels they are selected, and which join and leave the additional networks that they name. A pod that goes stays governed by what was last said of it. Called before the first `setUp`.
    /// What it throws, some pod may be less closed than it should be; those that policies select do not begin then.
    func govern(_ policies: [NetworkPolicy], pods: [Pod]) async throws(SandboxFailure)

    /// Takes interface, addresses and host ports of a pod away, whatever there is of them; goes on after a failure.
    func tearDown(podUID: String, namespacePath: String) async throws(SandboxFailure)

    /// What a pod has, also when an earlier agent set it up; nil where the set-up is not complete.
    func status(podUID: String) async -> PodNetworkState?

    /// The UIDs of pods that this agent has connected and not disconnected; of whoever else uses the networks, none.
    func connectedPods() async -> Set<String>

    /// Collects what dead pods left behind: everything that belongs to no pod in the set.
    func retain(only podUIDs: Set<String>) async
}

extension PodNetworking {
    public func connectedPods() async -> Set<String> { [] }
}
