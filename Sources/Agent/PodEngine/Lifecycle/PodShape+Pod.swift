import PodSpec

extension PodShape {
    package init(_ pod: Pod) {
        var images: [String: ImageRequest] = [:]
        for volume in pod.spec.volumes {
            guard case .image(let source) = volume.source else { continue }
            images[volume.name] = ImageRequest(reference: source.reference, policy: source.pullPolicy)
        }
        func shape(_ container: Container, _ role: ContainerShape.Role) -> ContainerShape {
            var shape = ContainerShape(
                name: container.name,
                role: role,
                image: ImageRequest(reference: container.image, policy: container.imagePullPolicy),
                restartPolicy: container.restartPolicy ?? pod.spec.restartPolicy
            )
            shape.restartRules = container.restartPolicyRules
            shape.hasPostStart = container.lifecycle?.postStart != nil
            shape.hasPreStop = container.lifecycle?.preStop != nil
            shape.probes = ProbeShape.all(of: container)
            if !images.isEmpty { shape.imageVolumes = Set(container.volumeMounts.map(\.name)).intersection(images.keys) }
            return shape
        }
        self.init(
            uid: pod.metadata.uid,
            key: PodKey(namespace: pod.metadata.namespace, name: pod.metadata.name),
            containers: pod.spec.initContainers.map { shape($0, $0.restartPolicy == .always ? .sidecar : .initial) }
                + pod.spec.containers.map { shape($0, .main) },
            restartPolicy: pod.spec.restartPolicy,
            gracePeriod: .seconds(max(0, pod.spec.terminationGracePeriodSeconds))
        )
        activeDeadline = pod.spec.activeDeadlineSeconds.map { .seconds($0) }
        allocation = PodAllocation(pod)
        readinessGates = pod.spec.readinessGates.map(\.conditionType)
        volumeImages = images
        hasPullSecrets = !pod.spec.imagePullSecrets.isEmpty
        followsObjects = pod.spec.volumes.contains(where: \.followsObjects)
    }
}
