import Glibc
import Linux
import PodSpec

/// Mounts the folders of NFS servers that a pod's volumes name. May be repeated: what is mounted stays as it is.
///
/// mount(2) cannot be called off, so it is asked only of a server that answers at its port, and on a thread of its own.
struct RemoteVolumeMounter: Sendable {
    private static let port: UInt16 = 2049
    private static let names = HostLookup()

    let paths: PodPaths
    let mounts: any PodMounting
    /// How long a server's name and its port may take.
    var patience: Duration = .seconds(10)

    func mount(_ pod: Pod) async throws(StepFailure) {
        for volume in pod.spec.volumes {
            guard case .nfs(let source) = volume.source else { continue }
            do { try await mount(source, on: paths.volume(volume.name, inMemory: true)) } catch {
                let source = "\(source.server):\(source.path)"
                throw StepFailure(.failedMount, "volume \"\(volume.name)\": nfs \(source): \(Self.words(error))")
            }
        }
    }

    private func mount(_ source: Volume.NFS, on path: String) async throws {
        if try mounts.mountPoints(below: [paths.memoryVolumes]).contains(where: { $0.path == path }) { return }
        let server = source.server.trimmingBrackets
        let deadline = Monotonic.now.advanced(by: patience)
        let address = try await Self.names.address(of: server, port: Self.port, until: deadline)
        // Only to see that it is there.
        _ = try await TCPConnection.connect(to: address, until: deadline)
        try FileSystem.makeDirectories(path)
        let mounts = mounts
        let name = server.contains(":") ? "[\(server)]" : server
        try await onThread(named: "nfs-mount") { () throws(SystemError) in
            try mounts.mountNFS(
                "\(name):\(source.path)",
                address: address.host,
                on: path,
                readOnly: source.readOnly ?? false
            )
        }
    }

    private static func words(_ error: any Error) -> String {
        switch (error as? SystemError)?.errno {
        case ENODEV: "this kernel has no NFS client (module nfs)"
        case EPROTONOSUPPORT: "the server has none of the versions 4.0 to 4.2"
        case ETIMEDOUT: "no answer from the server's port \(port) in time"
        default: "\(error)"
        }
    }
}

extension String {
    /// An address of IPv6 as a URL has it, without its brackets.
    fileprivate var trimmingBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }
}

extension Pod.Spec {
    /// Whether a look at a volume may have to wait for another machine.
    var hasRemoteVolumes: Bool {
        volumes.contains { if case .nfs = $0.source { true } else { false } }
    }
}
