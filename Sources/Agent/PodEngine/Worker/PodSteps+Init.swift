import JSONCoding
import Linux
import PodSpec

/// The process that pods with `shareProcessNamespace` have beside their containers. It is run as one of them is: in the pod's
/// cgroup, with a monitor of its own, found again by the next agent.
extension PodSteps {
    /// Starts it anew, and pins the namespace that it is the first process of. What there is of earlier ones is removed.
    func startInit() async throws {
        let earlier = try paths.initAttempts()
        for attempt in earlier {
            let leftover = paths.container(PodPaths.initName, attempt)
            try await rooms.containers.remove(id: leftover.id, directory: leftover.run)
            if let failure = await context.records.remove([leftover.run]).first {
                throw StepFailure(.failedCreatePodSandBox, failure)
            }
        }
        let attempt = (earlier.max() ?? -1) + 1
        let container = paths.container(PodPaths.initName, attempt)
        let path = cgroup(of: PodPaths.initName, attempt)
        let bundle = InitBundle(
            own: pod.spec.ownNamespaces,
            users: ids.range,
            cgroup: path,
            node: context.configuration.node,
            pinned: paths.pinned
        )
        try FileSystem.makeDirectories("\(container.bundle)/rootfs")
        // It makes its mount points itself.
        try ids.give("\(container.bundle)/rootfs")
        try FileSystem.write("\(container.bundle)/config.json", try JSON.encode(bundle.build(context.configuration.podInit)), mode: 0o600)
        var launch = ContainerLaunch(
            id: container.id,
            name: PodPaths.initName,
            bundle: container.bundle,
            directory: container.run,
            // It says nothing, unless it cannot run: not beside what the containers say.
            logPath: "\(container.run)/init.log",
            logSizeLimit: context.configuration.logSizeLimit
        )
        launch.cgroup = path
        let process = try await rooms.containers.start(launch)
        try await rooms.namespaces.pinProcesses(of: process.pid, in: paths.namespaces)
        post(.initStarted(attempt: attempt))
    }

    /// Waits for its end. Nil where the wait itself was ended.
    func watchInit(_ attempt: Int) async -> PodEvent? {
        do throws(ContainerFailure) {
            _ = try await rooms.containers.waitForExit(id: paths.container(PodPaths.initName, attempt).id)
        } catch {
            // The agent is ending, not the process. Any other failure means that nothing is known of it: it is made anew.
            if Task.isCancelled { return nil }
        }
        return .initEnded(attempt: attempt)
    }

    /// The end of the pod's init, where it has begun: the kernel ends the containers first, so that their ends are known, and
    /// they are started again in a namespace that takes no process any more, before the init's is.
    func initThatEnds(_ lifecycle: PodLifecycle) -> PodEvent? {
        guard let attempt = lifecycle.initAttempt else { return nil }
        let isEnding: Bool
        do throws(ContainerFailure) {
            isEnding = try rooms.containers.isEnding(id: paths.container(PodPaths.initName, attempt).id)
        } catch {
            // One of which nothing is known is none.
            isEnding = true
        }
        return isEnding ? .initEnded(attempt: attempt) : nil
    }
}
