import JSONCoding

/// Fills in what the API server fills in, and leaves out what only a cluster can say.
enum PodDefaults {
    static let namespace = "default"

    /// The pod with all defaults; `uid` is used where the manifest has none.
    static func apply(to pod: JSONNode, uid: String) -> JSONNode {
        var pod = pod
        pod["status"] = nil
        completeMetadata(of: &pod, uid: uid)
        // Says that the engine made the pod, which a manifest that was copied from it does not.
        pod.change("metadata") { $0.change("annotations") { $0[PodIdentity.workloadMark] = nil } }
        pod.change("spec") { spec in
            spec.fill("restartPolicy", "Always")
            spec.fill("terminationGracePeriodSeconds", 30)
            spec.fill("dnsPolicy", "ClusterFirst")
            let hostNetwork = spec["hostNetwork"]?.boolValue ?? false
            for list in ["initContainers", "containers"] {
                spec.changeEach(list) { apply(toContainer: &$0, hostNetwork: hostNetwork) }
            }
            fillPodRequests(&spec)
            spec.changeEach("volumes") { volume in
                for kind in ["configMap", "secret", "downwardAPI", "projected"] {
                    volume.change(kind) { $0.fill("defaultMode", JSONNode(.integer(Int64(Volume.defaultMode)))) }
                }
                volume.change("image") { image in
                    let reference = image["reference"]?.stringValue ?? ""
                    image.fill("pullPolicy", JSONNode(ImagePullPolicy.byDefault(image: reference).rawValue))
                }
                guard volume.members?.contains(where: { $0.key != "name" }) == false else { return }
                volume["emptyDir"] = [:]
            }
        }
        return pod
    }

    /// The metadata of an object of any kind.
    static func completeMetadata(of object: inout JSONNode, uid: String) {
        object.change("metadata") { metadata in
            // The engine sets these as far as they mean anything here.
            for name in [
                "generateName", "selfLink", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
                "deletionGracePeriodSeconds", "managedFields",
            ] {
                metadata[name] = nil
            }
            metadata.fill("namespace", JSONNode(namespace))
            metadata.fill("uid", JSONNode(uid))
        }
    }

    /// A pod that has a limit as a whole and no request requests what its containers request together, or else the limit.
    private static func fillPodRequests(_ spec: inout JSONNode) {
        let containers = (spec["containers"]?.arrayValue ?? []) + (spec["initContainers"]?.arrayValue ?? [])
        spec.change("resources") { resources in
            for limit in resources["limits"]?.members ?? [] where limit.key == "cpu" || limit.key == "memory" {
                if containers.contains(where: { $0["resources"]?["requests"]?[limit.key] != nil }) { continue }
                if resources["requests"] == nil { resources["requests"] = [:] }
                resources.change("requests") { $0.fill(limit.key, limit.value) }
            }
        }
    }

    private static func apply(toProbe probe: inout JSONNode) {
        for (name, value) in [("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)]
        where probe[name].map({ $0.integerValue == 0 }) ?? true {
            probe[name] = JSONNode(value)
        }
        probe.change("httpGet") { get in
            get.fill("path", "/")
            get.fill("scheme", "HTTP")
        }
        probe.change("grpc") { if $0["service"] == nil { $0["service"] = "" } }
    }

    private static func apply(toContainer container: inout JSONNode, hostNetwork: Bool) {
        let image = container["image"]?.stringValue ?? ""
        container.fill("imagePullPolicy", JSONNode(ImagePullPolicy.byDefault(image: image).rawValue))
        container.fill("terminationMessagePath", "/dev/termination-log")
        container.fill("terminationMessagePolicy", "File")
        container.fill("resources", [:])
        container.changeEach("ports") { port in
            port.fill("protocol", "TCP")
            if port["hostPort"]?.integerValue == 0 { port["hostPort"] = nil }
            if hostNetwork, let number = port["containerPort"] { port.fill("hostPort", number) }
        }
        container.change("resources") { resources in
            // What has a limit and no request requests its limit.
            for limit in resources["limits"]?.members ?? [] {
                if resources["requests"] == nil { resources["requests"] = [:] }
                resources.change("requests") { $0.fill(limit.key, limit.value) }
            }
        }
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            container.change(probe) { apply(toProbe: &$0) }
        }
        container.change("lifecycle") { lifecycle in
            for hook in ["postStart", "preStop"] {
                lifecycle.change(hook) { action in
                    action.change("httpGet") { get in
                        get.fill("path", "/")
                        get.fill("scheme", "HTTP")
                    }
                }
            }
        }
        container.changeEach("env") { variable in
            variable.change("valueFrom") { source in
                source.change("fieldRef") { $0.fill("apiVersion", "v1") }
            }
        }
    }
}

extension JSONNode {
    /// Setting nil removes the member; on anything but an object nothing happens.
    subscript(key: String) -> JSONNode? {
        get { member(key)?.value }
        set {
            guard case .object(var members) = value else { return }
            value = .null
            let index = members.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let node?): members[index].value = node
            case (let index?, nil): members.remove(at: index)
            case (nil, let node?): members.append(Member(key: key, value: node))
            case (nil, nil): break
            }
            value = .object(members)
        }
    }

    /// Sets a member that is not there; an empty string counts as not there.
    mutating func fill(_ key: String, _ node: JSONNode) {
        if self[key].map({ $0.stringValue == "" }) ?? true { self[key] = node }
    }

    mutating func change(_ key: String, _ body: (inout JSONNode) -> Void) {
        guard var node = self[key] else { return }
        body(&node)
        self[key] = node
    }

    mutating func changeEach(_ key: String, _ body: (inout JSONNode) -> Void) {
        change(key) { list in
            guard case .array(var elements) = list.value else { return }
            for index in elements.indices { body(&elements[index]) }
            list.value = .array(elements)
        }
    }
}
