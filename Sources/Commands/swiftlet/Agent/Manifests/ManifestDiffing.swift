import AgentAPI
import JSONCoding
import PodEngine
import PodSpec

/// What manifests would do to objects of all kinds, for people. Nothing is done.
struct ManifestDiffing {
    let store: PodStore

    func diff(_ request: PodDiffRequest) -> ManifestDiff {
        let pods = PodDiffing(store: store).diff(request)
        let manifests = store.manifests
        var plans: [ObjectName: ObjectPlan] = [:]
        for manifest in request.manifests {
            for decoded in ManifestFile.decode(Array(manifest.text.utf8), name: manifest.file).objects
            where plans[decoded.name] == nil {
                plans[decoded.name] = plan(for: decoded.object, after: manifests.objects[decoded.name]?.object)
            }
        }
        if request.prune == true, pods.problems.isEmpty {
            for (name, old) in manifests.objects where plans[name] == nil {
                plans[name] = ObjectPlan(ObjectReference(name), action: .remove, usedBy: users(of: old.object))
            }
        }
        let ordered = plans.sorted { $0.key < $1.key }.map(\.value)
        // A pod of a workload is not one that a manifest could leave out.
        let named = pods.pods.filter { $0.action != .remove || manifests.pods[PodKey(namespace: $0.namespace, name: $0.name)] != nil }
        return ManifestDiff(pods: named, objects: ordered, problems: pods.problems)
    }

    private func plan(for new: ManifestObject, after old: ManifestObject?) -> ObjectPlan {
        var plan = ObjectPlan(ObjectReference(new.name), action: .create, usedBy: users(of: new))
        guard let old else { return plan }
        plan.changes = changes(from: old, to: new)
        plan.action = plan.changes.isEmpty ? .none : .update
        if case .workload(let old) = old, case .workload(let new) = new { plan.replacesPods = replacesPods(old, new) }
        return plan
    }

    private func changes(from old: ManifestObject, to new: ManifestObject) -> [ObjectPlan.Change] {
        var changes = pairs("metadata.labels", old.metadata.labels, new.metadata.labels)
        // Annotations may hold a whole object, a Secret's values included: their keys are told.
        changes += pairs("metadata.annotations", old.metadata.annotations, new.metadata.annotations, showsValues: false)
        switch (old, new) {
        case (.configMap(let old), .configMap(let new)):
            changes += keys(old.files, new.files)
            if old.isImmutable != new.isImmutable { changes.append(.init("immutable", old.isImmutable, new.isImmutable)) }
        case (.secret(let old), .secret(let new)):
            changes += keys(old.data, new.data)
            if old.isImmutable != new.isImmutable { changes.append(.init("immutable", old.isImmutable, new.isImmutable)) }
            if old.type != new.type { changes.append(.init(path: "type", from: old.type, to: new.type)) }
        case (.persistentVolumeClaim(let old), .persistentVolumeClaim(let new)):
            changes += NodeDifference.changes(from: old.spec, to: new.spec, at: "spec")
        case (.priorityClass(let old), .priorityClass(let new)):
            if old.value != new.value { changes.append(.init(path: "value", from: "\(old.value)", to: "\(new.value)")) }
            if old.globalDefault != new.globalDefault {
                changes.append(.init("globalDefault", old.globalDefault ?? false, new.globalDefault ?? false))
            }
        case (.runtimeClass(let old), .runtimeClass(let new)):
            if old.handler != new.handler { changes.append(.init(path: "handler", from: old.handler, to: new.handler)) }
        case (.networkPolicy(let old), .networkPolicy(let new)):
            changes += NodeDifference.changes(from: old.spec, to: new.spec, at: "spec")
        case (.workload(let old), .workload(let new)):
            let found = NodeDifference.changes(of: "spec", from: old.workload, to: new.workload)
            // Defaults may differ from one agent to the next; what was written is the same.
            if old.written.spec != new.written.spec { changes += found }
        default: break
        }
        return changes
    }

    private func pairs(
        _ path: String,
        _ old: [String: String],
        _ new: [String: String],
        showsValues: Bool = true
    ) -> [ObjectPlan.Change] {
        Set(old.keys).union(new.keys).sorted().compactMap { key in
            guard old[key] != new[key] else { return nil }
            return ObjectPlan.Change(
                path: "\(path)[\(key)]",
                from: showsValues ? old[key] : old[key].map { _ in "(set)" },
                to: showsValues ? new[key] : new[key].map { _ in "(set)" }
            )
        }
    }

    /// Which keys differ, and how long their values are: never what they are.
    private func keys(_ old: [String: [UInt8]], _ new: [String: [UInt8]]) -> [ObjectPlan.Change] {
        Set(old.keys).union(new.keys).sorted().compactMap { key in
            guard old[key] != new[key] else { return nil }
            let (from, to) = (old[key].map { "\($0.count) bytes" }, new[key].map { "\($0.count) bytes" })
            return ObjectPlan.Change(path: "data[\(key)]", from: from == to ? nil : from, to: from == to ? nil : to)
        }
    }

    /// As the controllers have it (`PodEngine/Workloads`).
    private func replacesPods(_ old: DecodedWorkload, _ new: DecodedWorkload) -> Bool {
        switch new.workload {
        case .deployment: return old.written.template != new.written.template
        case .daemonSet(let set):
            return old.written.template != new.written.template && set.spec.updateStrategy.type.rawValue == "RollingUpdate"
        case .job: return old.written.template != new.written.template
        case .replicaSet, .cronJob: return false
        }
    }

    private func users(of object: ManifestObject) -> [String] {
        store.pods.filter { snapshot in
            if case .runtimeClass = object { return snapshot.pod.spec.runtimeClassName == object.metadata.name }
            guard snapshot.key.namespace == object.metadata.namespace else { return false }
            if case .networkPolicy(let policy) = object { return policy.spec.podSelector?.matches(snapshot.pod.metadata.labels) ?? true }
            let references = PodReferences(of: snapshot.pod)
            return switch object {
            case .configMap: references.configMaps.contains(object.metadata.name)
            case .secret: references.secrets.contains(object.metadata.name)
            case .persistentVolumeClaim: references.claims.contains(object.metadata.name)
            case .priorityClass, .runtimeClass, .networkPolicy, .workload: false
            }
        }.map(\.key.name)
    }
}

extension ObjectPlan.Change {
    fileprivate init(_ path: String, _ from: Bool, _ to: Bool) {
        self.init(path: path, from: "\(from)", to: "\(to)")
    }
}
