import Linux
import PodSpec

/// What a controller sees of the world: the time, the pods that there are, the names that are taken.
package struct WorkloadCircumstances: Sendable {
    package var now: Timestamp
    package var names: PodNames
    /// The rules of a time zone by its name, nil for the machine's own. Nil where there is none of the name.
    package var zone: @Sendable (String?) -> ZoneRules?
    private let owned: [String: [String: ObservedPod]]
    private let taken: Set<PodKey>

    /// - Parameters:
    ///   - pods: of all owners.
    ///   - taken: the names that pods have, or are about to have.
    package init(
        now: Timestamp,
        pods: [ObservedPod],
        taken: Set<PodKey> = [],
        names: PodNames = PodNames(),
        zone: @escaping @Sendable (String?) -> ZoneRules? = { $0 == nil ? .utc : nil }
    ) {
        self.now = now
        self.names = names
        self.zone = zone
        self.taken = taken
        var owned: [String: [String: ObservedPod]] = [:]
        for pod in pods {
            if let owner = pod.owner { owned[owner, default: [:]][pod.name] = pod }
        }
        self.owned = owned
    }

    func pods(of owner: String) -> [String: ObservedPod] { owned[owner] ?? [:] }

    func isTaken(_ name: String, _ namespace: String) -> Bool {
        taken.contains(PodKey(namespace: namespace, name: name))
    }
}
