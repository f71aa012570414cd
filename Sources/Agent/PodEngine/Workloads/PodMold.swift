import JSONCoding
import PodSpec

/// A template with what is needed to make pods of it, as it is written down: pods of an earlier revision are made of what was
/// decoded then, so that they run on when manifest or agent have changed.
package struct PodMold: Codable, Sendable, Hashable {
    package var template: PodTemplate
    /// `PodIdentity.fingerprint` of the spec as written.
    package var fingerprint: String
    package var warnings: [String]

    package init(template: PodTemplate, fingerprint: String, warnings: [String]) {
        self.template = template
        self.fingerprint = fingerprint
        self.warnings = warnings
    }

    init(_ decoded: DecodedWorkload) {
        self.init(
            template: decoded.workload.template,
            fingerprint: decoded.written.podSpec,
            warnings: decoded.warnings
        )
    }

    /// Whether pods of it occupy ports of the host: two of them never run side by side.
    var usesHostPorts: Bool {
        (template.spec.containers + template.spec.initContainers).contains { container in
            container.ports.contains { $0.hostPort != nil }
        }
    }

    /// Makes a pod.
    ///
    /// - Parameter change: sets what is this pod's own.
    func pod(_ name: String, uid: String, for owner: PodOwner, file: String, change: (inout Pod) -> Void) -> DesiredPod {
        var metadata = ObjectMeta(name: name, namespace: owner.namespace, uid: uid)
        metadata.labels = template.metadata.labels
        metadata.annotations = template.metadata.annotations
        metadata.annotations[PodOwner.mark] = "\(owner.kind.rawValue)/\(owner.name)"
        metadata.ownerReferences = [owner.reference]
        var pod = Pod(metadata: metadata, spec: template.spec)
        change(&pod)
        return DesiredPod(pod: pod, warnings: warnings, fingerprint: fingerprint, file: file)
    }
}
