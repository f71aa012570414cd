import Glibc
import Linux
import Networks
import PodEngine

/// The engine's pinned namespaces, made by `Networks`; with a user namespace among them by the runtime's program, as a process
/// with threads cannot make one.
struct EngineNamespaces: PodNamespacing {
    /// The path of `swiftlet-runtime`.
    let runtime: String

    func create(
        _ namespaces: Set<PodNamespace>,
        in directory: String,
        hostname: String,
        users: IDRange?
    ) async throws(SandboxFailure) {
        if let users, namespaces.contains(.user) {
            return try await create(namespaces, in: directory, hostname: hostname, users)
        }
        do throws(SystemError) {
            try await PodNamespaces.create(Set(namespaces.map(\.kind)), in: directory, hostname: hostname)
        } catch {
            throw SandboxFailure(error)
        }
    }

    func setParameters(_ parameters: [NamespaceParameter], in directory: String) async throws(SandboxFailure) {
        do throws(SystemError) {
            try await PodNamespaces.setParameters(
                parameters.map { PodNamespaces.Parameter($0.namespace.kind, $0.path, $0.value) },
                in: directory
            )
        } catch {
            throw SandboxFailure(error)
        }
    }

    private func create(
        _ namespaces: Set<PodNamespace>,
        in directory: String,
        hostname: String,
        _ users: IDRange
    ) async throws(SandboxFailure) {
        if await pinned(in: directory).isSuperset(of: namespaces) { return }
        // The owner first, so that the others are never seen without it.
        let kinds = [.user] + PodNamespace.allCases.filter { $0 != .user && namespaces.contains($0) }
        let helper = ChildProcess(
            executable: runtime,
            arguments: ["pod-namespaces", directory, hostname, "\(users.first)", "\(users.count)"] + kinds.map(\.rawValue)
        )
        let message = await onThread(named: "namespaces") { Self.complaint(of: helper) }
        if let message { throw SandboxFailure(.other, "make the pod's namespaces: \(message)") }
    }

    /// What a program says before it fails; nil where it does not.
    private static func complaint(of program: ChildProcess) -> String? {
        do throws(SystemError) {
            let said = try Descriptor.pipe()
            let (reading, write) = (said.read.release(), said.write.release())
            let read = Descriptor(owning: reading)
            let writing = Descriptor(owning: write)
            let process = try program.spawn([2: writing.rawValue])
            try writing.close()
            let text = String(decoding: try read.readToEnd(), as: UTF8.self)
            let status = try process.wait()
            if status == .exited(0) { return nil }
            return text.split(separator: "\n").joined(separator: " ")
        } catch {
            return error.description
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
        case .user: .user
        }
    }
}

extension SandboxFailure {
    init(_ error: SystemError) {
        self.init(error.errno == ENOSPC || error.errno == EDQUOT ? .noSpace : .other, error.description)
    }
}
