import Firewall
import Linux
import NetworkSpec

/// Policies of traffic: who may talk to whom. They are in force before a pod's interface is there, and until it is gone.
extension HostNetworks {
    /// Says what policies there are, and by what they know the pods that are wanted. Pods that are connected and not among these
    /// stay known as they were.
    func govern(_ policies: [TrafficPolicy], pods known: [String: PodTraffic]) throws {
        var failures = FailureList()
        for var pod in pods.values {
            guard let traffic = known[pod.podUID], traffic != pod.traffic else { continue }
            pod.traffic = traffic
            pods[pod.key] = pod
            failures.collect { try podRecords.write(pod, pod.key) }
        }
        self.policies = TrafficPolicies(policies: policies)
        failures.collect { try enforcePolicies() }
        let ungovernable = policies.isEmpty ? [] : pods.values.filter { !$0.isOnBridge }
        for pod in ungovernable.sorted(by: { $0.key < $1.key }) { failures.collect { try refuseIfUngovernable(pod) } }
        try failures.throwIfAny()
    }

    /// A pod on a network whose packets the host does not see, and which policies select: it would be open where they say that
    /// it is closed.
    private func refuseIfUngovernable(_ pod: PodRecord) throws(NetworkError) {
        guard !pod.isOnBridge, let policies, let traffic = pod.traffic else { return }
        let selecting = Set(PolicyTable.Direction.allCases.flatMap { policies.selecting(traffic, $0) }.map(\.key))
        guard !selecting.isEmpty else { return }
        throw .ungovernable(
            pod: pod.podName,
            network: pod.status.network,
            driver: pod.driver ?? "",
            policies: selecting.sorted()
        )
    }

    /// Makes the firewall what the policies say for the pods that there are. Until somebody has said which there are, what an
    /// earlier process made stays.
    ///
    /// - Parameter pod: One that is about to be connected: refused where it could not be kept apart as it should be.
    func enforcePolicies(for pod: PodRecord? = nil) throws {
        guard let policies else { return }
        // Most machines have none, and many pods.
        if policies.policies.isEmpty, policyTable?.isEmpty == true { return }
        if let pod { try refuseIfUngovernable(pod) }
        let members = pods.values.compactMap { pod in
            pod.traffic.map { TrafficPolicies.Member(traffic: $0, addresses: pod.addresses + pod.linkLocalAddresses) }
        }
        let table = policies.table(for: members)
        try Firewall(.policies, sharing: firewall).install(table, replacing: policyTable)
        policyTable = table
        guard !table.isEmpty else { return }
        let governed = pod.map { pod in
            pod.addresses.contains { address in table.governed.values.contains { $0[address] != nil } }
        }
        if governed != false { try showBridgesToRules() }
    }

    /// Has packets between two pods of one bridge meet the rules too: the kernel's br_netfilter, for these bridges alone.
    private func showBridgesToRules() throws {
        for network in networks.values where network.definition.isBridge {
            guard let bridge = try bridges.bridge(of: network.definition), !shownBridges.contains(bridge.index) else { continue }
            guard try BridgeFilter.isThere() else { throw NetworkError.unenforceablePolicies }
            try bridges.showToRules(bridge)
            shownBridges.insert(bridge.index)
        }
    }
}

/// The part of the kernel that shows rules of IP what passes a bridge.
enum BridgeFilter {
    /// Whether it is there; loads it if need be.
    static func isThere() throws -> Bool {
        let settings = "/proc/sys/net/bridge/bridge-nf-call-iptables"
        if FileSystem.exists(settings) { return true }
        for program in ["/usr/sbin/modprobe", "/sbin/modprobe"] where FileSystem.exists(program) {
            _ = try ChildProcess(executable: program, arguments: ["br_netfilter"]).spawn().wait()
            break
        }
        return FileSystem.exists(settings)
    }
}
