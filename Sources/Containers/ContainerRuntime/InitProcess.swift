import CLinux
import Cgroups
import Glibc
import Linux
import OCISpec

/// The life of a container's first process from clone3(2) to execve(2).
///
/// It is a copy of the runtime with one thread, and does nothing but carry out the plan; the first failure is told to the
/// parent and ends it.
struct InitProcess {
    let plan: LaunchPlan
    let channel: StatusChannel.Borrowed
    /// The socket by which `start` is told to a container that was only created.
    let startSocket: Int32?
    /// A connection to whoever takes the terminal.
    let console: Int32?
    let maps: IDMaps
    /// What `UserNamespaceEntry` has taken from the host; nil without a user namespace.
    let taken: MountSources?

    func run() -> Never {
        do throws(RuntimeError) { try live() } catch {
            // Without a parent there is nobody to tell.
            try? channel.send(error)
            _exit(error.exitStatus)
        }
        _exit(1)
    }

    private func live() throws(RuntimeError) {
        let setup = ChildSetup(plan: plan.process, channel: channel, startSocket: startSocket)
        // The runtime has to know of this process before anything that it says of itself.
        if taken != nil { try channel.waitForProceed() }
        // Where it joins the PID namespace of others, they must not get at this copy of the runtime (ptrace, /proc/PID).
        try step("hide from other containers") { () throws(SystemError) in
            try retrying("prctl(PR_SET_DUMPABLE)") { clinux_prctl(CLINUX_PR_SET_DUMPABLE, 0, 0, 0, 0) }
        }
        try setup.detach(console: console)
        if taken == nil { try enterNamespaces(setup) }
        if plan.namespaces.makes(.cgroup) {
            try step("make the cgroup namespace") { () throws(SystemError) in try Namespace.unshare([.cgroup]) }
        }
        try nameHost()
        if taken == nil { try plan.parameters.apply() } else { try plan.parameters.apply(of: plan.namespaces.makes) }
        try furnish(setup)
        if let personality = plan.process.personality {
            try step("set the personality") { () throws(SystemError) in
                try retrying("personality") { clinux_personality(personality) }
            }
        }
        try plan.process.memoryPolicy?.apply()
        if plan.namespaces.makes(.network) { try bringLoopbackUp() }
        try setup.becomeUser()
        let environment = setup.environment()
        let path = try ExecutableLookup.find(plan.process.process.args?.first ?? "", environment: environment)
        let errors = try waitForStart()
        do throws(RuntimeError) {
            if let hooks = plan.spec.hooks?.startContainer {
                try self.hooks(.created).run(hooks, "startContainer")
            }
            try setup.execute(path, environment: environment, errors: errors)
        } catch {
            try? errors.send(error)
            _exit(error.exitStatus)
        }
    }

    /// In a user namespace all of this has been done before.
    private func enterNamespaces(_ setup: ChildSetup) throws(RuntimeError) {
        try plan.namespaces.join()
        if let cgroup = plan.cgroup {
            try cgroupStep("enter the cgroup") { () throws(CgroupError) in try cgroup.join(skippingUnified: true) }
        }
        try plan.namespaces.makeTimeNamespace(plan.spec.linux?.timeOffsets)
        try plan.process.attributes.apply(warn: setup.warn)
    }

    /// Programs expect 127.0.0.1 wherever there is a network namespace, and the other runtimes see to it.
    private func bringLoopbackUp() throws(RuntimeError) {
        try step("bring the loopback interface up") { () throws(SystemError) in
            try retrying("ioctl", "lo") { clinux_interface_up("lo") }
        }
    }

    private func nameHost() throws(RuntimeError) {
        try step("set the host name") { () throws(SystemError) in
            if let name = plan.spec.hostname, !name.isEmpty {
                try retrying("sethostname", name) { sethostname(name, name.utf8.count) }
            }
            if let name = plan.spec.domainname, !name.isEmpty {
                try retrying("setdomainname", name) { setdomainname(name, name.utf8.count) }
            }
        }
    }

    private func furnish(_ setup: ChildSetup) throws(RuntimeError) {
        let sources = if let taken { taken } else { try MountSources.shared(plan, maps) }
        let files = RootFileSystem(plan: plan, maps: maps, sources: sources, warn: setup.warn)
        umask(0)
        let root = try files.mountRoot()
        try files.mountAll(in: root)
        if let console {
            try Console.attach(process: plan.process.process, in: root, socket: console, bindsConsole: true)
        }
        if plan.hasRuntimeHooks { try channel.requestHooks() }
        if let hooks = plan.spec.hooks?.createContainer { try self.hooks(.creating).run(hooks, "createContainer") }
        try files.maskPaths(in: root)
        try files.makeReadOnly(in: root)
        try files.takeNullDevice(in: root)
        try step("make the working directory") { () throws(SystemError) in
            _ = try root.open(plan.process.process.cwd, makingDirectory: true)
        }
        try files.enter(root)
    }

    private func hooks(_ status: RuntimeState.Status) -> Hooks {
        var state = RuntimeState(id: plan.id, status: status, pid: getpid(), bundle: plan.bundle)
        state.annotations = plan.spec.annotations
        return Hooks(state: state)
    }

    /// Waits until the container may begin; gives the line for errors from then on.
    private func waitForStart() throws(RuntimeError) -> StatusChannel.Borrowed {
        guard let startSocket else {
            if plan.takesTurns {
                try step("talk to the runtime") { () throws(SystemError) in try channel.sendReady() }
            }
            // The state is on disk before the program runs.
            try channel.waitForProceed()
            return channel
        }
        try step("talk to the runtime") { () throws(SystemError) in try channel.sendReady() }
        let connection = try step("wait to be started") { () throws(SystemError) in
            try retrying("accept", "start socket") { clinux_accept(startSocket) }
        }
        return StatusChannel.Borrowed(number: connection)
    }
}

extension LaunchPlan {
    /// Whether the runtime has something to do for the container's namespaces while the child waits: hooks, devices.
    var hasRuntimeHooks: Bool {
        spec.hooks?.prestart?.isEmpty == false || spec.hooks?.createRuntime?.isEmpty == false || !devices.isEmpty
    }

    /// Whether the child waits more than once, so that no word to it may be sent ahead of its time.
    var takesTurns: Bool { hasRuntimeHooks || process.listener != nil }
}
