import CLinux
import Cgroups
import Glibc
import Linux
import OCISpec

/// The process between the runtime and the first process of a container with a user namespace.
///
/// Two things do not go together in one process: rights over what is the host's (its mounts, the layers of the root, its
/// cgroups), and children in namespaces that belong to the user namespace. This process has the rights first. It takes by
/// descriptor what the container is to have of the host, enters the user namespace, makes the container's first process as a
/// child of the runtime (CLONE_PARENT), and ends.
struct UserNamespaceEntry {
    let plan: LaunchPlan
    let channel: StatusChannel.Borrowed
    let maps: IDMaps

    /// - Parameter container: what the container's first process does.
    func run(_ container: (MountSources) -> Never) -> Never {
        do throws(RuntimeError) {
            let sources: MountSources
            if plan.isRootless {
                sources = try prepareInside()
            } else {
                let parameters: KernelParameters
                (sources, parameters) = try prepare()
                try enter()
                try parameters.apply()
            }
            let pid = clinux_clone3(plan.namespaces.cloneFlags | UInt64(CLINUX_CLONE_PARENT), 0, nil, -1)
            if pid == 0 { container(sources) }
            let code = errno
            guard pid > 0 else {
                throw RuntimeError(.failed, "make the container's process: \(SystemError(call: "clone3", errno: code))")
            }
            try step("talk to the runtime") { () throws(SystemError) in try channel.send(made: pid) }
        } catch {
            // Without a parent there is nobody to tell.
            try? channel.send(error)
            _exit(error.exitStatus)
        }
        _exit(0)
    }

    /// All that takes the host's rights.
    ///
    /// - Returns: also the kernel parameters that only the user namespace's root may set.
    private func prepare() throws(RuntimeError) -> (MountSources, KernelParameters) {
        let setup = ChildSetup(plan: plan.process, channel: channel)
        try step("hide from other containers") { () throws(SystemError) in
            try retrying("prctl(PR_SET_DUMPABLE)") { clinux_prctl(CLINUX_PR_SET_DUMPABLE, 0, 0, 0, 0) }
        }
        if let cgroup = plan.cgroup {
            try cgroupStep("enter the cgroup") { () throws(CgroupError) in try cgroup.join(skippingUnified: true) }
        }
        try plan.process.attributes.apply(warn: setup.warn)
        // With rights over both, namespaces of any owner can be joined.
        try plan.namespaces.join(pid: true)
        try plan.namespaces.makeTimeNamespace(plan.spec.linux?.timeOffsets)
        let parameters = try plan.parameters.applyPermitted { !plan.namespaces.makes($0) }
        setup.giveStreams(to: plan.spec.linux?.uidMappings)
        try step("separate the mounts") { () throws(SystemError) in
            try Namespace.unshare([.mount])
            try Mount.mount(nil, on: "/", flags: [.slave, .recursive])
        }
        return (try take(setup), parameters)
    }

    /// The same where nothing is the caller's but what the user namespace gives him: he enters it first. What of it he may
    /// not do fails, or is as it was.
    private func prepareInside() throws(RuntimeError) -> MountSources {
        let setup = ChildSetup(plan: plan.process, channel: channel)
        if let cgroup = plan.cgroup {
            try cgroupStep("enter the cgroup") { () throws(CgroupError) in try cgroup.join(skippingUnified: true) }
        }
        try enter()
        try step("separate the mounts") { () throws(SystemError) in
            try Namespace.unshare([.mount])
            try Mount.mount(nil, on: "/", flags: [.slave, .recursive])
        }
        try plan.namespaces.join(pid: true)
        // Who is not dumpable cannot write his own files of /proc, unless he is the host's root.
        try plan.process.attributes.apply(warn: setup.warn)
        try plan.namespaces.makeTimeNamespace(plan.spec.linux?.timeOffsets)
        try step("hide from other containers") { () throws(SystemError) in
            try retrying("prctl(PR_SET_DUMPABLE)") { clinux_prctl(CLINUX_PR_SET_DUMPABLE, 0, 0, 0, 0) }
        }
        try plan.parameters.apply { !plan.namespaces.makes($0) }
        return try take(setup)
    }

    private func take(_ setup: ChildSetup) throws(RuntimeError) -> MountSources {
        var sources = try MountSources.all(plan, maps)
        sources.root = try RootFileSystem(plan: plan, maps: maps, sources: sources, warn: setup.warn).takeRoot()
        try sources.takeDevices(of: plan, cover: plan.stateDirectory)
        return sources
    }

    private func enter() throws(RuntimeError) {
        let number = maps.container
        try step("enter the user namespace") { () throws(SystemError) in
            try retrying("setns", "user") { clinux_setns(number, CLINUX_CLONE_NEWUSER) }
            // The host's groups, which would go with it, and its users. Both are nobody in there.
            // A user's own namespace may have no groups to set (`setgroups` is `deny`).
            if clinux_setgroups([], 0) == -1 && !(errno == EPERM && plan.isRootless) { throw SystemError.last("setgroups") }
            try retrying("setresgid") { clinux_setresgid(0) }
            try retrying("setresuid") { clinux_setresuid(0) }
        }
    }
}

extension StatusChannel.Borrowed {
    /// The process that one which entered a user namespace has made, as our child, before it ended.
    func process(
        madeBy entry: consuming ProcessHandle,
        warn: (String) -> Void
    ) throws(RuntimeError) -> ProcessHandle {
        try step("wait for the user namespace's entry") { () throws(SystemError) in _ = try entry.wait() }
        while true {
            switch try next() {
            case .warning(let message): warn(message)
            case .failure(let error): throw error
            case .made(let pid):
                // A child of ours: the number is its own until it is reaped.
                return try step("find the process") { () throws(SystemError) in
                    let process = try ProcessHandle(pid: pid)
                    try sendProceed()
                    return process
                }
            default: throw RuntimeError(.failed, "the process that entered the user namespace died")
            }
        }
    }
}
