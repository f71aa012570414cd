import Linux

/// Where the things of one pod lie. Every name follows from the UID (logs: from key and UID), so that leftovers are found
/// without any memory of them.
public struct PodPaths: Sendable, Hashable {
    public let uid: String
    /// `<state>/pods/<uid>`: outlives a reboot.
    public let state: String
    /// `<run>/pods/<uid>`: does not.
    public let run: String
    /// `<logs>/<namespace>_<pod>_<uid>`.
    public let logs: String
    /// `<state>/volumes/<namespace>`: folders of claims, which are no pod's own.
    public let claims: String

    public init(uid: String, key: PodKey, in directories: EngineConfiguration.Directories) {
        self.uid = uid
        state = "\(directories.state)/pods/\(uid)"
        run = "\(directories.run)/pods/\(uid)"
        claims = "\(directories.state)/volumes/\(key.namespace)"
        logs = "\(directories.logs)/\(key.namespace)_\(key.name)_\(uid)"
    }

    /// What is about to be made, or is there.
    public var record: String { "\(state)/pod.json" }
    /// Restart counts and ends.
    public var history: String { "\(state)/state.json" }
    public var volumes: String { "\(state)/volumes" }
    /// Upper directories of containers: `<writable>/<container>/<attempt>`.
    public var writable: String { "\(state)/containers" }
    /// Mounts of pinned namespaces.
    public var namespaces: String { "\(run)/ns" }
    /// hosts, hostname, resolv.conf.
    public var etc: String { "\(run)/etc" }
    /// tmpfs that the containers share as `/dev/shm`.
    public var sharedMemory: String { "\(run)/shm" }
    /// tmpfs mounts of `emptyDir` volumes in memory.
    public var memoryVolumes: String { "\(run)/volumes" }
    /// Mounts of sub paths: `<subPaths>/<container>/<index>`.
    public var subPaths: String { "\(run)/subpaths" }
    /// Run directories of containers: `<containers>/<name>_<attempt>`.
    public var containers: String { "\(run)/containers" }

    /// Names the process that holds the pod's PID namespace among its containers: no container's name has an underscore.
    static let initName = "_init"

    /// Which attempts at that process there are.
    func initAttempts() throws(SystemError) -> [Int] {
        guard FileSystem.exists(containers) else { return [] }
        return try FileSystem.list(containers).compactMap(Self.attempt(ofDirectory:))
            .filter { $0.container == Self.initName }.map(\.attempt)
    }

    public func pinned(_ namespace: PodNamespace) -> String { "\(namespaces)/\(namespace.rawValue)" }

    public func volume(_ name: String, inMemory: Bool) -> String {
        "\(inMemory ? memoryVolumes : volumes)/\(name)"
    }

    public func container(_ name: String, _ attempt: Int) -> ContainerPaths {
        ContainerPaths(
            id: "\(uid)_\(name)_\(attempt)",
            run: "\(containers)/\(name)_\(attempt)",
            writable: "\(writable)/\(name)/\(attempt)",
            log: "\(logs)/\(name)/\(attempt).log",
            subPaths: "\(subPaths)/\(name)"
        )
    }

    /// Container name and attempt of a run directory's name; nil where it is none.
    public static func attempt(ofDirectory name: String) -> (container: String, attempt: Int)? {
        guard let separator = name.lastIndex(of: "_"), let attempt = Int(name[name.index(after: separator)...]),
            attempt >= 0
        else { return nil }
        return (String(name[..<separator]), attempt)
    }
}

/// Where the things of one attempt at running a container lie.
public struct ContainerPaths: Sendable, Hashable {
    public let id: String
    /// pid file, status file, bundle.
    public let run: String
    public let writable: String
    public let log: String
    public let subPaths: String

    public var bundle: String { "\(run)/bundle" }
    public var upper: String { "\(writable)/upper" }
    public var work: String { "\(writable)/work" }
    /// What the container has to tell about its end: mounted into it. On the disk and not in the run directory, which is
    /// memory: a container may write as much into it as it likes.
    public var terminationLog: String { "\(writable)/termination-log" }
}
