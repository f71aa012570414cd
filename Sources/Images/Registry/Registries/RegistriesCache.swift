import Linux
import OCISpec
import Synchronization

/// The machine's files about registries, read again when one of them is another.
final class RegistriesCache: Sendable {
    private struct State {
        var known: [String: FileStatus]
        var configuration: RegistriesConfiguration
    }

    private let files: RegistriesConfiguration.Files
    private let state = Mutex<State?>(nil)

    init(_ files: RegistriesConfiguration.Files) { self.files = files }

    func current() throws -> RegistriesConfiguration {
        var now: [String: FileStatus] = [:]
        let paths = try files.paths()
        for path in paths { now[path] = try FileSystem.status(path) }
        if let known = state.withLock({ $0 }), known.known == now { return known.configuration }
        let configuration = try RegistriesConfiguration.read(paths)
        state.withLock { $0 = State(known: now, configuration: configuration) }
        return configuration
    }
}
