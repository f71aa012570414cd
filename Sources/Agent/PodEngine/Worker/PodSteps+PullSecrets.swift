import PodSpec

extension PodSteps {
    /// The Secrets that the pod names for its pulls. One that is not there, or is of another type, is told, and the pull is tried
    /// all the same, as by the kubelet.
    func pullSecrets() -> [PullSecret] {
        // Of the manifest as it is now: these change without the pod.
        let names = latest.pod.spec.imagePullSecrets.map(\.name)
        guard !names.isEmpty else { return [] }
        let known = context.objects[pod.metadata.namespace].secrets
        var secrets: [PullSecret] = []
        var missing: [String] = []
        for name in names where !name.isEmpty {
            if let secret = known[name].flatMap(PullSecret.init) { secrets.append(secret) } else { missing.append(name) }
        }
        if !missing.isEmpty { post(.pullSecretsMissing(missing)) }
        return secrets
    }
}

extension PullSecret {
    fileprivate init?(_ secret: Secret) {
        let (form, key): (Form, String)
        switch secret.type {
        case "kubernetes.io/dockerconfigjson": (form, key) = (.configuration, ".dockerconfigjson")
        case "kubernetes.io/dockercfg": (form, key) = (.legacy, ".dockercfg")
        default: return nil
        }
        guard let bytes = secret.data[key] else { return nil }
        self.init(name: secret.metadata.name, form: form, bytes: bytes)
    }
}
