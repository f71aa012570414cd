import CLinux
import Cgroups
import Glibc
import Linux
import OCISpec

extension ContainerEngine {
    /// Makes a container from a bundle.
    ///
    /// The state is on disk before anything else is made, so that whatever a killed runtime leaves is found and removed by
    /// `delete(force:)`. If this throws, nothing is left.
    ///
    /// - Parameters:
    ///   - configuration: the file that describes the container, if not the bundle's own; relative to the bundle.
    ///   - start: starts the container's program as well; otherwise it waits for `start(id:)`.
    public func create(
        id: String,
        bundle: String,
        configuration: String = "config.json",
        options: LaunchOptions = LaunchOptions(),
        start: Bool = false
    ) throws(RuntimeError) -> LaunchedProcess {
        let store = try store(id)
        let bundle = try Self.absolute(bundle)
        let loader = try SpecLoader(path: configuration.hasPrefix("/") ? configuration : "\(bundle)/\(configuration)")
        ProgramPages.release()
        let plan = try LaunchPlan(
            id: id,
            bundle: bundle,
            spec: loader.spec.withUserNamespace,
            options: options,
            engine: self
        )
        try Self.refuseUsedCgroup(plan.cgroup)
        let lock = try store.create()
        var record = ContainerRecord(plan)
        do throws(RuntimeError) {
            try store.write(record)
            try step("keep the configuration") { () throws(SystemError) in
                try FileSystem.write(store.configurationPath, loader.bytes, mode: 0o600)
            }
            ProgramPages.release()
            let launch = ContainerLaunch(engine: self, plan: plan, store: store, lock: lock.rawValue)
            return try launch.run(&record, start: start)
        } catch {
            // What failed is what the caller wants to know, also when the cleaning fails too.
            if let cgroup = plan.cgroup { try? cgroup.removeTree() }
            for folder in record.resctrl ?? [] { rmdir(folder) }
            try? store.remove()
            throw error
        }
    }

    /// A group in which others live is theirs: our limits would hold for them, and our end would be theirs.
    private static func refuseUsedCgroup(_ cgroup: Cgroup?) throws(RuntimeError) {
        guard let cgroup, cgroup.exists else { return }
        let processes = try cgroupStep("look into the cgroup") { () throws(CgroupError) in try cgroup.processes() }
        if !processes.isEmpty {
            throw RuntimeError(
                .wrongState,
                "the container's cgroup \(cgroup.path) is not empty: \(processes.count) processes found"
            )
        }
    }

    static func absolute(_ path: String) throws(RuntimeError) -> String {
        try step("find the bundle") { () throws(SystemError) in
            guard let resolved = realpath(path, nil) else { throw SystemError.last("realpath", path) }
            defer { free(resolved) }
            return String(cString: resolved)
        }
    }
}

extension ContainerRecord {
    init(_ plan: LaunchPlan) {
        ociVersion = plan.spec.ociVersion
        id = plan.id
        pid = 0
        startTime = 0
        bundle = plan.bundle
        rootfs = plan.rootPath
        created = Timestamp.now.description
        owner = geteuid()
        cgroup = plan.cgroup
        resctrl = plan.resctrl?.ownDirectories
        namespaces = plan.namespaces.kinds
        annotations = plan.spec.annotations
        poststart = plan.spec.hooks?.poststart
        poststop = plan.spec.hooks?.poststop
    }
}
