import PodSpec

extension PodUpdatePlan {
    /// Why the pod that runs cannot go on as the one that is wanted; nil where it can.
    ///
    /// - Parameter hasFinished: nothing of it will run any more, and its sandbox has been given back: what would start anew
    ///   starts in another pod.
    package func reasonToReplace(hasFinished: Bool) -> String? {
        if !recreations.isEmpty { return recreations.map(\.description).joined(separator: ", ") }
        guard hasFinished, !restarts.isEmpty else { return nil }
        let changes = restarts.keys.sorted().flatMap { restarts[$0] ?? [] }
        return "it has finished, and " + changes.map(\.description).joined(separator: ", ")
    }
}

extension PodUpdate {
    init(shape: PodShape, _ plan: PodUpdatePlan) {
        self.init(
            shape: shape,
            restarts: plan.restarts.mapValues { $0.map(\.path).joined(separator: ", ") }
        )
    }
}
