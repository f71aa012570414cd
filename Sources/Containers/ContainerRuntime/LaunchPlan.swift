import Cgroups
import OCISpec
import Seccomp

/// All that is decided about a container before anything of it is made: its child only carries it out.
struct LaunchPlan: Sendable {
    let id: String
    let bundle: String
    let rootPath: String
    let isRootReadOnly: Bool
    /// The container's own folder of states.
    let stateDirectory: String
    let spec: RuntimeSpec
    let process: ProcessPlan
    let annotations: CrunAnnotations
    let namespaces: NamespacePlan
    let parameters: KernelParameters
    /// The extension: an overlay mount for the root itself.
    let rootOverlay: RuntimeSpec.Mount?
    /// The other mounts.
    let mounts: [RuntimeSpec.Mount]
    let devices: NetworkDevices
    let resctrl: ResctrlGroup?
    let cgroup: Cgroup?
    /// Whether the runtime has rights in the container's user namespace alone.
    let isRootless: Bool
    /// With systemd's driver: the scope that the cgroup is in.
    let scope: ScopeName?

    var options: LaunchOptions { process.options }

    init(
        id: String,
        bundle: String,
        spec: RuntimeSpec,
        options: LaunchOptions,
        engine: ContainerEngine
    ) throws(RuntimeError) {
        guard let root = spec.root, let process = spec.process else {
            throw RuntimeError(.invalidConfiguration, "root and process are missing")
        }
        self.id = id
        stateDirectory = "\(engine.configuration.root)/\(id)"
        isRootless = engine.configuration.isRootless
        self.bundle = bundle
        self.spec = spec
        namespaces = try NamespacePlan(spec.linux)
        devices = try NetworkDevices(spec.linux?.netDevices, namespaces: namespaces)
        resctrl = try ResctrlGroup(spec.linux?.intelRdt, id: id)
        parameters = try KernelParameters(
            spec.linux?.sysctl,
            namespaces: namespaces,
            domainName: spec.domainname
        )
        var mounts = spec.mounts ?? []
        if let first = mounts.first, first.type == "overlay", ContainerRoot.clean(first.destination) == "/" {
            rootOverlay = mounts.removeFirst()
        } else {
            rootOverlay = nil
        }
        var rootPath = root.path.hasPrefix("/") ? root.path : "\(bundle)/\(root.path)"
        var isReadOnly = root.readonly == true || rootOverlay?.options?.contains("ro") == true
        // The first mount on the root is the root.
        if let first = mounts.first, ContainerRoot.clean(first.destination) == "/", try MountOptions(first).isBind,
            let source = first.source, !source.isEmpty
        {
            rootPath = source.hasPrefix("/") ? source : "\(bundle)/\(source)"
            if try MountOptions(first).set.contains(.readOnly) { isReadOnly = true }
            mounts.removeFirst()
        }
        self.rootPath = rootPath
        isRootReadOnly = isReadOnly
        self.mounts = mounts
        // Options are read once here, so that a wrong one is found before anything is made.
        let isMapped = namespaces.hasUserNamespace
        for mount in mounts + (rootOverlay.map { [$0] } ?? []) {
            let idMap = try MountOptions(mount).idMap
            if idMap != nil, !isMapped, mount.uidMappings?.isEmpty != false {
                throw RuntimeError(
                    .invalidConfiguration,
                    "mount \(mount.destination): idmap needs mappings, or a user namespace of the container's own"
                )
            }
        }
        let path = spec.linux?.cgroupsPath ?? ""
        if engine.configuration.disablesCgroups {
            scope = nil
            cgroup = nil
        } else {
            scope = engine.configuration.usesSystemdCgroups ? try ScopeName(cgroupsPath: path, id: id) : nil
            cgroup = try Self.permitted(
                Self.cgroup(spec.linux, path: scope?.containerPath ?? path, id: id),
                spec.linux?.resources,
                engine
            )
        }
        annotations = try CrunAnnotations(spec.annotations)
        self.process = try ProcessPlan(
            process,
            linux: spec.linux,
            annotations: annotations,
            options: options,
            cache: engine.seccompCache
        )
    }

    private static func cgroup(
        _ linux: RuntimeSpec.Linux?,
        path: String,
        id: String
    ) throws(RuntimeError) -> Cgroup? {
        if path.contains(":") && !path.contains("/") {
            throw RuntimeError(
                .invalidConfiguration,
                "linux.cgroupsPath \"\(path)\" is for the systemd driver: it needs --systemd-cgroup"
            )
        }
        let layout: CgroupLayout
        do throws(CgroupError) { layout = try CgroupLayout.detect() } catch {
            // A container without limits runs where there are no cgroups; one with limits must not lose them.
            if case .none = error, linux?.resources == nil, path.isEmpty { return nil }
            throw RuntimeError(.failed, "find the cgroups: \(error)")
        }
        return try cgroupStep("name the cgroup") { () throws(CgroupError) in
            try Cgroup(path: path.isEmpty ? id : path, in: layout)
        }
    }

    /// The group, or none for a user to whom no part of the cgroups was handed down and who asks for no limits.
    private static func permitted(
        _ cgroup: Cgroup?,
        _ resources: RuntimeSpec.Linux.Resources?,
        _ engine: ContainerEngine
    ) throws(RuntimeError) -> Cgroup? {
        guard let cgroup, engine.configuration.isRootless, !cgroup.canBeMade else { return cgroup }
        var limits = resources
        limits?.devices = nil
        if let limits, limits != RuntimeSpec.Linux.Resources() {
            throw RuntimeError(.unsupported, "linux.resources: the cgroups of this machine are not handed down to this user")
        }
        return nil
    }

    /// The limits with the list of devices completed: unless the configuration says otherwise a container may use the
    /// devices that every container has, make any node, and use no other.
    var resources: RuntimeSpec.Linux.Resources {
        typealias Rule = RuntimeSpec.Linux.Resources.DeviceRule
        var resources = spec.linux?.resources ?? RuntimeSpec.Linux.Resources()
        var rules = resources.devices ?? []
        if rules.isEmpty { rules = [Rule(allow: false, access: "rwm")] }
        let isOpen =
            rules.last.map { $0.allow && ($0.type ?? "a") == "a" && $0.major == nil && $0.minor == nil } ?? false
        if !isOpen {
            rules += [
                Rule(allow: true, type: "c", access: "m"), Rule(allow: true, type: "b", access: "m"),
                Rule(allow: true, type: "c", major: 1, minor: 3, access: "rwm"),  // null
                Rule(allow: true, type: "c", major: 1, minor: 5, access: "rwm"),  // zero
                Rule(allow: true, type: "c", major: 1, minor: 7, access: "rwm"),  // full
                Rule(allow: true, type: "c", major: 1, minor: 8, access: "rwm"),  // random
                Rule(allow: true, type: "c", major: 1, minor: 9, access: "rwm"),  // urandom
                Rule(allow: true, type: "c", major: 5, minor: 0, access: "rwm"),  // tty
                Rule(allow: true, type: "c", major: 5, minor: 2, access: "rwm"),  // ptmx
                Rule(allow: true, type: "c", major: 136, access: "rwm"),  // pseudo terminals
            ]
        }
        resources.devices = rules
        return resources
    }
}
