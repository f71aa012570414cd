import AgentAPI
import ManifestEditing
import PodEngine
import PodSpec

extension AgentBackend {
    func apply(_ request: ApplyRequest) async throws(Fault) -> ApplyResult {
        await engine.store.waitUntilSynced()
        let applied = try AppliedManifests(request, store: engine.store)
        let isDryRun = request.dryRun == true
        let plan = try await resources.manifests.apply(applied.documents, owners: owners(), isDryRun: isDryRun)
        if !isDryRun { await FolderArrival(store: engine.store).wait(for: applied) }
        return ApplyResult(items: plan.outcomes.map(AppliedObject.init), warnings: applied.warnings)
    }

    func delete(_ request: DeleteRequest) async throws(Fault) -> DeleteResult {
        let store = engine.store
        await store.waitUntilSynced()
        var names: [ObjectName] = []
        for object in request.objects {
            let name = try ObjectName(object)
            if !names.contains(name) { names.append(name) }
        }
        let plan = try await resources.manifests.planRemoval(of: names)
        for name in plan.missing { try checkAbsent(name, ignoring: request.ignoreNotFound == true) }
        if request.dryRun != true {
            let remains = Remains(names, in: store)
            if let seconds = request.gracePeriodSeconds {
                for key in remains.pods(in: store) { await engine.hurry(key, grace: .seconds(seconds)) }
            }
            try await resources.manifests.carryOut(plan)
            if request.wait == true {
                await FolderArrival(store: store).waitForEnd(of: remains)
                if Task.isCancelled { throw Fault(.cancelled, "cancelled; the objects are out of the folder") }
            }
        }
        return DeleteResult(
            items: plan.outcomes.map(AppliedObject.init),
            missing: plan.missing.map(ObjectReference.init)
        )
    }

    func diffManifests(_ request: PodDiffRequest) async throws(Fault) -> ManifestDiff {
        await engine.store.waitUntilSynced()
        return ManifestDiffing(store: engine.store).diff(request)
    }

    /// The file that the agent takes each object from.
    private func owners() -> [ObjectName: String] {
        let manifests = engine.store.manifests
        var owners = manifests.objects.mapValues(\.file)
        for (key, pod) in manifests.pods { owners[ObjectName(pod: key)] = pod.file }
        return owners
    }

    /// An object that no file of the folder has, must not be there otherwise either.
    private func checkAbsent(_ name: ObjectName, ignoring: Bool) throws(Fault) {
        let what = "\(name.kind.rawValue.lowercased()) \"\(name.name)\""
        if name.kind == .pod, let pod = engine.store[PodKey(namespace: name.namespace, name: name.name)] {
            if let owner = pod.pod.metadata.ownerReferences.first {
                let (kind, owning) = (owner["kind"]?.stringValue ?? "", owner["name"]?.stringValue ?? "")
                throw Fault(
                    .conflict,
                    "\(what) belongs to \(kind) \"\(owning)\"",
                    reason: "PodOwned",
                    hint: "delete or change \(kind.lowercased())/\(owning): it would be made anew otherwise"
                )
            }
            // It is on its way out, and that is what is wanted.
            if pod.isTerminating { return }
            throw Fault(
                .conflict,
                "\(what) is there, but no manifest has it that can be edited",
                reason: "ManifestConflict",
                hint: "it comes from \(pod.file)"
            )
        }
        if let file = owners()[name] {
            throw Fault(.conflict, "\(what) comes from \(file), which cannot be read as it is now", reason: "ManifestConflict")
        }
        if !ignoring {
            throw Fault(.notFound, "\(what) not found in namespace \"\(name.namespace)\"", reason: "\(name.kind)NotFound")
        }
    }
}

extension AppliedObject {
    fileprivate init(_ outcome: FolderPlan.Outcome) {
        let change: Change =
            switch outcome.change {
            case .created: .created
            case .configured: .configured
            case .unchanged: .unchanged
            case .deleted: .deleted
            }
        self.init(ObjectReference(outcome.name), file: outcome.file, change: change)
    }
}

extension ObjectReference {
    init(_ name: ObjectName) {
        self.init(kind: name.kind.rawValue, namespace: name.namespace, name: name.name)
    }
}

extension ObjectName {
    fileprivate init(_ object: ObjectReference) throws(Fault) {
        let kind = ObjectKind(rawValue: object.kind)
        guard kind.isServed else { throw Fault(.invalid, "kind \"\(object.kind)\" is not served", reason: "KindNotServed") }
        self.init(kind, namespace: object.namespace ?? "default", name: object.name)
    }
}
