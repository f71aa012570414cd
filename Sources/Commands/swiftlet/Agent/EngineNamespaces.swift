import Glibc
import Linux
import Networks
import PodEngine

/// The engine's pinned namespaces, made by `Networks`.
struct EngineNamespaces: PodNamespacing {
    func create(
        _ namespaces: Set<PodNamespace>,
        in directory: String,
        hostname: String
    ) async throws(SandboxFailure) {
        do throws(SystemError) {
            try await PodNamespaces.create(Set(namespaces.map(\.kind)), in: directory, hostname: hostname)
        } catch {
            throw SandboxFailure(error)
        }
    }

    func pinProcesses(of pid: Int32, in directory: String) async throws(SandboxFailure) {
        do throws(SystemError) { try PodNamespaces.pinProcesses(of: pid, in: directory) } catch {
            throw SandboxFailure(error)
        }
    }

    func pinned(in directory: String) async -> Set<PodNamespace> {
        let kinds = PodNamespaces.pinned(in: directory)
        return Set(PodNamespace.allCases.filter { kinds.contains($0.kind) })
    }

    func remove(in directory: String) async throws(SandboxFailure) {
        do throws(SystemError) { try PodNamespaces.remove(in: directory) } catch { throw SandboxFailure(error) }
    }
}

extension PodNamespace {
    fileprivate var kind: NamespaceKind {
        switch self {
        case .network: .network
        case .ipc: .ipc
        case .uts: .uts
        case .pid: .pid
        }
    }
}

extension SandboxFailure {
    init(_ error: SystemError) {
        self.init(error.errno == ENOSPC || error.errno == EDQUOT ? .noSpace : .other, error.description)
    }
}
