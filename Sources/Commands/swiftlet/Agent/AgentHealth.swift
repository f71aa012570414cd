import AgentAPI
import ImageStore
import Linux
import PodEngine

/// What `/readyz` and `system.health` look at. Each check asks the part itself and answers at once.
struct AgentHealth {
    let engine: PodSupervisor
    let images: ImageStore
    let about: AgentFacts

    func report() async -> HealthReport {
        await HealthReport(checks: [syncLoop(), manifests(), imageStore(), stateFolder(), problems()] + pressure())
    }

    /// Whether the loops of the engine come round: what hangs there only a new agent mends. Before the engine is ready there is
    /// nothing to come round, and `manifests` says so.
    private func syncLoop() async -> HealthReport.Check {
        guard engine.isReady else { return HealthReport.Check(name: "syncloop", status: .ok, live: true) }
        let hasPassed = await withTaskGroup(of: Bool.self) { group in
            group.addTask { [engine] in (try? await engine.heartbeat()) != nil }
            group.addTask {
                // Cut short when the engine has answered.
                try? await Task.sleep(for: Self.patience)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
        return HealthReport.Check(
            name: "syncloop",
            status: hasPassed ? .ok : .failed,
            message: hasPassed ? nil : "the engine has not come round in \(Self.patience.components.seconds) s",
            live: true
        )
    }

    /// How long the engine may take to come round: probes of the agent wait so long at the most.
    private static let patience = Duration.seconds(5)

    private func manifests() -> HealthReport.Check {
        let ready = engine.isReady
        return HealthReport.Check(
            name: "manifests",
            status: ready ? .ok : .failed,
            message: ready ? nil : "the folder has not been read for the first time yet"
        )
    }

    private func imageStore() async -> HealthReport.Check {
        do {
            _ = try await images.list()
            return HealthReport.Check(name: "image-store", status: .ok)
        } catch {
            return HealthReport.Check(name: "image-store", status: .failed, message: "\(error)")
        }
    }

    private func stateFolder() -> HealthReport.Check {
        let probe = "\(about.agent.paths["root"] ?? "")/.health"
        do throws(SystemError) {
            // An empty file would find room on a full disk.
            try FileSystem.write(probe, [UInt8](repeating: 0, count: 4096))
            try FileSystem.removeFile(probe)
            return HealthReport.Check(name: "state-folder", status: .ok)
        } catch {
            return HealthReport.Check(name: "state-folder", status: .failed, message: error.description)
        }
    }

    /// Told only while there is some: pods may be evicted, and new ones wait.
    private func pressure() -> [HealthReport.Check] {
        engine.pressure.conditions.filter(\.isTrue).map { condition in
            let name = condition.kind.rawValue
            return HealthReport.Check(name: "node", status: .failed, message: "the node has condition \(name)", ready: false)
        }
    }

    /// Broken manifest files keep no other pod from running.
    private func problems() -> HealthReport.Check {
        let files = Set(engine.store.problems.map(\.file)).sorted()
        return HealthReport.Check(
            name: "manifest-files",
            status: files.isEmpty ? .ok : .failed,
            message: files.isEmpty ? nil : "\(files.count) with errors: \(files.joined(separator: ", "))",
            ready: false
        )
    }
}
