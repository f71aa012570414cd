import PodEngine

/// Where the things of one sandbox lie. Every name follows from its id, so that leftovers are found without any memory of them.
public struct SandboxPaths: Sendable, Hashable {
    /// 64 hexadecimal digits.
    public let id: String
    /// `<state>/sandboxes/<id>`: outlives a reboot.
    public let state: String
    /// `<run>/sandboxes/<id>`: does not.
    public let run: String

    public init(id: String, in directories: EngineConfiguration.Directories) {
        self.id = id
        state = "\(directories.state)/sandboxes/\(id)"
        run = "\(directories.run)/sandboxes/\(id)"
    }

    /// What is about to be made, or is there.
    var record: String { "\(state)/sandbox.json" }
    /// `<containers>/<id>.json`.
    var containerRecords: String { "\(state)/containers" }
    var namespaces: String { "\(run)/ns" }
    /// hosts, hostname, resolv.conf.
    var etc: String { "\(run)/etc" }
    /// tmpfs that the containers share as `/dev/shm`.
    var sharedMemory: String { "\(run)/shm" }
    /// As a pod of a file has it: `MountedLayers` finds the bundles of both.
    var containers: String { "\(run)/containers" }
    /// Run directory of the process that holds the PID namespace. No container's id is called so.
    var initDirectory: String { "\(containers)/init" }
    var initID: String { "\(id)_init" }

    public func pinned(_ namespace: PodNamespace) -> String { "\(namespaces)/\(namespace.rawValue)" }

    func container(_ id: String) -> ContainerPlace { ContainerPlace(sandbox: self, id: id) }
}

/// Where the things of one container lie.
struct ContainerPlace: Sendable, Hashable {
    let sandbox: SandboxPaths
    let id: String

    var record: String { "\(sandbox.containerRecords)/\(id).json" }
    /// pid file, status file, bundle.
    var run: String { "\(sandbox.containers)/\(id)" }
    var bundle: String { "\(run)/bundle" }
    /// Mounts of images.
    var images: String { "\(run)/images" }
    var subPaths: String { "\(run)/subpaths" }
    var writable: String { "\(sandbox.state)/writable/\(id)" }
    var upper: String { "\(writable)/upper" }
    var work: String { "\(writable)/work" }
    /// The log of a container for which nobody has named one.
    var ownLog: String { "\(writable)/container.log" }
}
