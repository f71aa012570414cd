import AgentAPI
import ImageStore
import Linux
import PodEngine

/// Measures what the agent keeps on the disk. Blocking, for seconds where there are many files.
struct DiskUsageSurvey: Sendable {
    let paths: (root: String, logs: String)
    let images: [StoredImage]
    /// Folders of layers that containers have mounted.
    let mounted: Set<String>
    let store: PodStore

    /// As many files as are looked at in one folder.
    private static let entryLimit = 2_000_000

    func report() -> DiskUsageReport {
        let pods = store.pods
        let uids = Set(pods.map(\.pod.metadata.uid))
        return DiskUsageReport(items: [
            blobs(),
            layers(),
            folders(.pods, below: "\(paths.root)/pods") { uids.contains($0) },
            volumes(pods),
            // `<namespace>_<pod>_<uid>`.
            folders(.logs, below: paths.logs) { name in name.split(separator: "_").last.map { uids.contains(String($0)) } ?? false },
        ])
    }

    private func size(_ path: String) -> Int64 { DiskMeter.walk(path, limit: Self.entryLimit).bytes }

    private func blobs() -> DiskUsageReport.Item {
        let use = ImageUse(store)
        let byDigest = Dictionary(grouping: images, by: \.manifestDigest)
        let unused = byDigest.values.filter { names in names.allSatisfy { use.users(of: $0).isEmpty } }
        let bytes = size("\(paths.root)/images")
        // Layers that an image shares with one that is used are counted by their names in `layers`; here as an upper bound.
        let reclaimable = min(bytes, unused.reduce(0) { $0 + ($1.first?.size ?? 0) })
        return .init(
            .images,
            count: byDigest.count,
            active: byDigest.count - unused.count,
            bytes: bytes,
            reclaimable: reclaimable
        )
    }

    private func layers() -> DiskUsageReport.Item {
        let use = ImageUse(store)
        var needed = mounted
        for image in images where !use.users(of: image).isEmpty { needed.formUnion(image.layerDirectories) }
        let folder = "\(paths.root)/layers"
        return folders(.layers, below: folder) { needed.contains("\(folder)/\($0)") }
    }

    private func volumes(_ pods: [PodSnapshot]) -> DiskUsageReport.Item {
        let root = "\(paths.root)/volumes"
        let wanted = Set(store.manifests.objects.keys.filter { $0.kind == .persistentVolumeClaim }.map { "\($0.namespace)/\($0.name)" })
        let claims = list(root).flatMap { namespace in list("\(root)/\(namespace)").map { "\(namespace)/\($0)" } }
        return item(.volumes, claims, at: root) { wanted.contains($0) }
    }

    private func folders(
        _ sort: DiskUsageReport.Item.Sort,
        below folder: String,
        isActive: (String) -> Bool
    ) -> DiskUsageReport.Item {
        item(sort, list(folder), at: folder, isActive: isActive)
    }

    private func item(
        _ sort: DiskUsageReport.Item.Sort,
        _ names: [String],
        at folder: String,
        isActive: (String) -> Bool
    ) -> DiskUsageReport.Item {
        var item = DiskUsageReport.Item(sort, count: names.count, active: 0, bytes: 0, reclaimable: 0)
        for name in names {
            let bytes = size("\(folder)/\(name)")
            item.bytes += bytes
            if isActive(name) { item.active += 1 } else { item.reclaimable += bytes }
        }
        return item
    }

    /// Hidden names are the agent's own book-keeping; a folder that is not there is empty.
    private func list(_ folder: String) -> [String] {
        (try? FileSystem.list(folder))?.filter { !$0.hasPrefix(".") } ?? []
    }
}

extension AgentBackend {
    func diskUsage() async throws(Fault) -> DiskUsageReport {
        await engine.store.waitUntilSynced()
        do {
            let survey = DiskUsageSurvey(
                paths: (about.agent.paths["root"] ?? "", about.agent.paths["logs"] ?? ""),
                images: try await images.list(),
                mounted: try engine.mountedLayers(),
                store: engine.store
            )
            return try await DedicatedThread(name: "disk-usage").run { survey.report() }
        } catch {
            throw Fault(.internalError, "the disk cannot be measured: \(error)")
        }
    }
}
