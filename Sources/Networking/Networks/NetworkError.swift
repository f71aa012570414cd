import Linux
import Netlink
import NetworkSpec

/// Why a pod could not be connected or disconnected.
public enum NetworkError: Error, Sendable, CustomStringConvertible {
    /// No network of the name is defined; the definitions that are refused may be why.
    case unknownNetwork(String, problems: [NetworkDefinitionProblem])
    /// All addresses of a subnet are leased.
    case addressesExhausted(network: String, subnet: IPPrefix)
    /// A host port belongs to somebody else.
    case hostPortConflict(HostPortConflict)
    /// A port mapping names an address that the host does not have.
    case hostAddressMissing(PortMapping)
    /// The host uses a part of a network's subnet otherwise.
    case subnetInUse(network: String, subnet: IPPrefix, by: String)
    /// An interface of the bridge's name exists, and is no bridge.
    case notABridge(String, kind: String)
    /// The link that a network's pods share cannot be used; an empty name is that of the default route.
    case unusableParent(network: String, parent: String, problem: String)
    /// The kernel does not know the driver's kind of link.
    case unknownDriver(network: String, driver: String)
    /// What a pod asks for and cannot have on its network, by its places in the manifest.
    case unserved(network: String, driver: String, places: [String])
    /// Policies select a pod on a network where nothing could keep them.
    case ungovernable(pod: String, network: String, driver: String, policies: [String])
    /// A plugin that makes a network.
    case plugin(PluginFailure)
    /// A file of the state folder is not what it was written as.
    case state(file: String, message: String)
    /// The name server could not be started, in its own words.
    case names(String)
    /// A network is a pod's own, and cannot be beside it as well.
    case connectedAlready(pod: String, network: String)
    /// Pods of one bridge would reach each other past all policies.
    case unenforceablePolicies
    /// The kernel cannot limit an interface.
    case unlimitedBandwidth(NetlinkError)
    /// A request that the kernel refused.
    case netlink(NetlinkError)
    /// A system call that failed.
    case system(SystemError)
    /// What a removal that went on after failures collected.
    case several([NetworkError])

    init(_ error: any Error) {
        switch error {
        case let error as NetworkError: self = error
        case let error as NetlinkError: self = .netlink(error)
        case let error as SystemError: self = .system(error)
        default: self = .state(file: "", message: "\(error)")
        }
    }

    public var description: String {
        switch self {
        case .unknownNetwork(let name, let problems):
            "no network \"\(name)\" is defined" + problems.map { "; \($0)" }.joined()
        case .addressesExhausted(let network, let subnet):
            "network \(network): every address of \(subnet) is in use"
        case .hostPortConflict(let conflict):
            "\(conflict)"
        case .hostAddressMissing(let mapping):
            "host port \(mapping.hostPort): the host has no address \(mapping.hostIP.map { "\($0)" } ?? "")"
        case .subnetInUse(let network, let subnet, let user):
            "network \(network): the host has \(user) within \(subnet)"
        case .notABridge(let name, let kind):
            "\(name) exists and is no bridge but \(kind)"
        case .unusableParent(let network, let parent, let problem):
            "network \(network): its parent \(parent.isEmpty ? "" : "\(parent) ")\(problem)"
        case .unknownDriver(let network, let driver):
            "network \(network): this kernel has no \(driver)"
        case .unserved(let network, let driver, let places):
            "network \(network) is of the driver \(driver), which cannot serve \(places.joined(separator: ", "))"
        case .ungovernable(let pod, let network, let driver, let policies):
            "pod \(pod): network \(network) is of the driver \(driver), with which no NetworkPolicy can be kept; "
                + "it is selected by "
                + policies.map { "\($0) (spec.podSelector)" }.joined(separator: ", ")
        case .plugin(let failure):
            "\(failure)"
        case .state(let file, let message):
            "\(file): \(message)"
        case .connectedAlready(let pod, let network):
            "pod \(pod) is on the network \(network) already"
        case .unenforceablePolicies:
            "network policies: pods of one network would reach each other past them; the kernel's module br_netfilter is missing"
        case .unlimitedBandwidth(let error):
            "the pod's bandwidth cannot be limited with this kernel (sch_tbf, ifb, cls_u32, act_mirred): \(error)"
        case .names(let message): "names: \(message)"
        case .netlink(let error): "\(error)"
        case .system(let error): "\(error)"
        case .several(let errors): errors.map(\.description).joined(separator: "; ")
        }
    }
}
