import PodSpec

/// What the status of an evicted or refused pod says, in the kubelet's words: with the blank at the end.
package enum EvictionWords {
    package static func lowResource(_ demand: EvictionDemand, _ candidate: EvictionRanking.Candidate) -> StepFailure {
        let resource = demand.signal.resource
        let isSize = resource == .memory || resource == .storage
        func text(_ amount: Int64) -> String { isSize ? size(amount) : "\(amount)" }
        var message =
            "The node was low on resource: \(resource.rawValue). "
            + "Threshold quantity: \(text(demand.threshold)), available: \(text(demand.observation.available)). "
        if isSize {
            for container in candidate.pod.spec.initContainers + candidate.pod.spec.containers {
                let usage = candidate.consumption.containers[container.name]?.amount(resource) ?? 0
                let requests = container.resources.requests
                let request = requests[resource.rawValue] ?? container.resources.limits[resource.rawValue]
                guard usage > request?.units ?? 0 else { continue }
                message +=
                    "Container \(container.name) was using \(text(usage)), request is \(request?.description ?? "0"), "
                    + "has larger consumption of \(resource.rawValue). "
            }
        }
        var failure = StepFailure(.evicted, message)
        failure.isDisruption = true
        return failure
    }

    package static func refused(_ conditions: Set<NodeCondition.Kind>) -> StepFailure {
        let names = NodeCondition.Kind.allCases.filter(conditions.contains).map(\.rawValue)
        return StepFailure(.nodePressure, "The node had condition: [\(names.joined(separator: " "))]. ")
    }

    package static func volume(_ name: String, exceeds limit: Quantity) -> StepFailure {
        StepFailure(.evicted, "Usage of EmptyDir volume \"\(name)\" exceeds the limit \"\(limit)\". ")
    }

    package static func container(_ name: String, exceeds limit: Quantity) -> StepFailure {
        StepFailure(.evicted, "Container \(name) exceeded its local ephemeral storage limit \"\(limit)\". ")
    }

    package static func pod(exceeds limit: Int64) -> StepFailure {
        let message = "Pod ephemeral local storage usage exceeds the total limit of containers \(size(limit)). "
        return StepFailure(.evicted, message)
    }

    /// In the largest binary unit that leaves no rest, as quantities are written.
    package static func size(_ bytes: Int64) -> String {
        for (shift, unit) in [(60, "Ei"), (50, "Pi"), (40, "Ti"), (30, "Gi"), (20, "Mi"), (10, "Ki")] as [(Int64, String)] {
            let (count, rest) = bytes.quotientAndRemainder(dividingBy: 1 << shift)
            if count != 0, rest == 0 { return "\(count)\(unit)" }
        }
        return "\(bytes)"
    }
}
