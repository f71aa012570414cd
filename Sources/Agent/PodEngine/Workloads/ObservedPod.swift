import JSONCoding
import Linux
import PodSpec

/// As much of a pod that is there as a controller goes by.
package struct ObservedPod: Sendable, Hashable {
    /// How a container ended.
    package struct Exit: Sendable, Hashable {
        package var container: String
        package var code: Int32

        package init(container: String, code: Int32) {
            self.container = container
            self.code = code
        }
    }

    package var name: String
    package var uid: String
    /// The object that the pod was made for.
    package var owner: String?
    package var labels: [String: String] = [:]
    package var phase = Pod.Phase.pending
    /// Since when it serves; nil where it does not.
    package var readySince: Timestamp?
    package var isTerminating = false
    /// Of all containers together.
    package var restarts = 0
    package var exits: [Exit] = []
    /// Conditions that are true, or otherwise as they say: type to status.
    package var conditions: [String: String] = [:]
    package var finishedAt: Timestamp?

    package init(name: String, uid: String, owner: String?) {
        self.name = name
        self.uid = uid
        self.owner = owner
    }

    package var hasEnded: Bool { phase == .succeeded || phase == .failed }
}

extension ObservedPod {
    /// Nil for a pod that was made for nobody.
    init?(_ snapshot: PodSnapshot) {
        let pod = snapshot.pod
        guard let owner = PodOwner.uid(of: pod) else { return nil }
        self.init(name: pod.metadata.name, uid: pod.metadata.uid, owner: owner)
        labels = pod.metadata.labels
        isTerminating = snapshot.isTerminating
        guard let status = pod.status else { return }
        phase = status.phase
        for condition in status.conditions {
            conditions[condition.type] = condition.status
            guard condition.type == "Ready", condition.status == "True" else { continue }
            readySince = condition.lastTransitionTime.flatMap { Timestamp(rfc3339: $0) }
        }
        let containers = status.initContainerStatuses + status.containerStatuses
        restarts = containers.reduce(0) { $0 + Int($1.restartCount) }
        exits = containers.compactMap { container in
            container.state.terminated.map { Exit(container: container.name, code: $0.exitCode) }
        }
        finishedAt = containers.compactMap(\.state.terminated?.finishedAt).compactMap { Timestamp(rfc3339: $0) }.max()
    }
}

/// The reference of a pod to the object that it was made for.
package struct PodOwner: Sendable, Hashable {
    package var kind: WorkloadKind
    package var namespace: String
    package var name: String
    package var uid: String

    package init(kind: WorkloadKind, namespace: String, name: String, uid: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.uid = uid
    }

    var reference: JSONNode {
        [
            "apiVersion": JSONNode(kind.apiVersion), "kind": JSONNode(kind.rawValue), "name": JSONNode(name),
            "uid": JSONNode(uid), "controller": true, "blockOwnerDeletion": true,
        ]
    }

    /// The UID of the object that made a pod; nil where no object here did, whatever else a manifest that was copied from a
    /// cluster says.
    static func uid(of pod: Pod) -> String? { controller(of: pod)?["uid"]?.stringValue }

    /// The name of that object.
    static func name(of pod: Pod) -> String? { controller(of: pod)?["name"]?.stringValue }

    private static func controller(of pod: Pod) -> JSONNode? {
        guard pod.metadata.annotations[Self.mark] != nil else { return nil }
        return pod.metadata.ownerReferences.first { $0["controller"]?.boolValue == true }
    }

    /// Pods that a controller of this engine made have this annotation. A manifest's own is taken away.
    static let mark = PodIdentity.workloadMark
}
