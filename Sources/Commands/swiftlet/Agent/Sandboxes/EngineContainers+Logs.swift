import PodEngine
import Sandboxes

extension EngineContainers: LogReopening {
    func reopenLog(id: String, path: String) async throws(ContainerFailure) {
        let bundle = try bundle(of: id)
        do throws(MonitorFailure) { try await client.reopenLog(id: id, bundle: bundle, path: path) } catch {
            throw ContainerFailure(error)
        }
    }
}
