import NetworkSpec

/// Networks that a pod is on beside its own: each is a record, an interface and leases of its own. Host ports and the default
/// routes are those of the pod's own network.
extension HostNetworks {
    /// Makes the networks beside a pod's own those of a list, also while the pod runs. What it is on already stays as it is; nothing
    /// is done for a pod that is not connected. Goes on after a failure and throws all.
    func connect(podUID: String, to choices: [NetworkChoice]) throws {
        guard let pod = pods[podUID], pod.isComplete else { return }
        var wanted: [String: String] = [:]
        for (index, choice) in choices.enumerated() { wanted[choice.network] = choice.interface ?? "net\(index + 1)" }
        var failures = FailureList()
        for other in pods.connections(ofPod: podUID) where other.isAdditional == true {
            failures.collect {
                let isWanted = wanted[other.status.network] == other.status.interface && other.isComplete
                if isWanted, try isAttached(other) {
                    wanted[other.status.network] = nil
                } else {
                    try tearDown(only: other.key)
                }
            }
        }
        for (network, interface) in wanted.sorted(by: { $0.value < $1.value }) {
            failures.collect {
                guard network != pod.status.network else { throw NetworkError.connectedAlready(pod: pod.podName, network: network) }
                var request = PodAttachment(
                    podUID: podUID,
                    podName: pod.podName,
                    namespacePath: pod.namespacePath,
                    network: network
                )
                request.names = pod.names ?? PodNames()
                request.traffic = pod.traffic
                request.sendsForOthers = pod.sendsForOthers == true
                _ = try attach(request, by: interface)
            }
        }
        try failures.throwIfAny()
    }
}
