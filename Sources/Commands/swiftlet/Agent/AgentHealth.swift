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
        await HealthReport(checks: [manifests(), imageStore(), stateFolder(), problems()])
    }

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
