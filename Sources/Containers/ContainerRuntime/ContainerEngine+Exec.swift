import Cgroups
import OCISpec

extension ContainerEngine {
    /// Runs another process in a running container.
    ///
    /// The container's seccomp filter and personality hold for it as well.
    public func exec(
        id: String,
        process: RuntimeSpec.Process,
        options: LaunchOptions = LaunchOptions()
    ) throws(RuntimeError) -> LaunchedProcess {
        try SpecLoader.check(process)
        let store = try store(id)
        let record = try store.record()
        switch status(of: record, store) {
        case .running, .created: break
        case .paused where options.ignoresPause: break
        case .paused: throw RuntimeError(.wrongState, "cannot exec in a paused container")
        case let status: throw RuntimeError(.wrongState, "cannot exec in a container that is \(status.rawValue)")
        }
        let spec = try SpecLoader(path: store.configurationPath).spec
        var process = process
        // Where the process says nothing, it gets what the container's own has, as with the other runtimes.
        if process.capabilities == nil { process.capabilities = spec.process?.capabilities }
        let plan = try ProcessPlan(
            process,
            linux: spec.linux,
            annotations: try CrunAnnotations(spec.annotations),
            options: options,
            cache: seccompCache
        )
        var console = try Console.connect(plan)
        defer { _ = console.take() }
        let cgroup = try record.cgroup.map { group throws(RuntimeError) in
            try cgroupStep("find the group for the process") { () throws(CgroupError) in
                try group.subgroups(options.subgroups)
            }
        }
        var launch = ExecLaunch(engine: self, plan: plan, record: record, cgroup: cgroup, console: console?.rawValue)
        if record.namespaces.contains(.user) { launch.mappings = spec.linux?.uidMappings ?? [] }
        return try launch.run()
    }

    /// The configuration of a container's own process, as a pattern for `exec`.
    public func process(id: String) throws(RuntimeError) -> RuntimeSpec.Process? {
        try SpecLoader(path: try store(id).configurationPath).spec.process
    }
}
