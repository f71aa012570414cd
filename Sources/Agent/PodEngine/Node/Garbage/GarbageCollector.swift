import Glibc
import Linux
import Logging
import PodSpec

/// Takes away what no pod has: folders with their mounts and containers, networks, cgroups and logs of pods that are gone, and logs
/// of attempts beyond those that are kept.
///
/// It looks once everything of earlier agents is in hand, after every pod that goes and every container that starts again, and as
/// often as `garbagePeriod` says. A look is the listing of four folders, and for each container that has been restarted of one.
struct GarbageCollector: Sendable {
    let context: EngineContext

    /// After a look that an event led to, the next one waits for so long: a burst of events is looked at once.
    private static let rest = Duration.seconds(1)

    /// Works until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            if let period = context.configuration.garbagePeriod {
                group.addTask {
                    let clock = context.rooms.clock
                    while !Task.isCancelled {
                        // Only a cancellation ends it early.
                        try? await clock.sleep(until: clock.uptime.advanced(by: period))
                        context.garbage.raise()
                    }
                }
            }
            while !Task.isCancelled {
                await look()
                // By the real clock: no deadline of a pod depends on it. Only a cancellation ends it early.
                try? await Task.sleep(for: Self.rest)
                await context.garbage.wait()
            }
        }
    }

    /// Goes once through everything.
    func look() async {
        for uid in await orphans().sorted() {
            let failures = await context.inHand.collecting(uid) {
                context.logger.notice("what a pod left that is gone is removed", metadata: ["pod-uid": "\(uid)"])
                return await Leftovers(context: context).remove(uid: uid)
            }
            for failure in failures ?? [] {
                context.logger.error("\(failure)", metadata: ["pod-uid": "\(uid)", "reason": "FailedKillPod"])
            }
        }
        await removeDeadAttempts()
    }

    /// UIDs of which there is something, and no pod.
    ///
    /// What this agent's own folders name is its own. Cgroups and logs may be another agent's, which has them in the same
    /// place: only those count whose pod has been living under this one.
    private func orphans() async -> Set<String> {
        var found: Set<String> = []
        do throws(SystemError) { found = try context.records.uids() } catch {
            context.logger.error("\(error)", metadata: ["reason": "GarbageCollection"])
        }
        found.formUnion(await context.rooms.networks.connectedPods())
        let shared = await context.rooms.cgroups.podsWithCgroups().union(logOwners())
        found.formUnion(shared.filter(context.inHand.hasKnown))
        return found.filter(context.inHand.isFree)
    }

    /// `<namespace>_<pod>_<uid>`
    private func logOwners() -> Set<String> {
        let folder = context.configuration.directories.logs
        do throws(SystemError) {
            return Set(try FileSystem.list(folder).compactMap { $0.split(separator: "_").last.map(String.init) })
        } catch {
            if error.errno != ENOENT { context.logger.error("\(error)", metadata: ["reason": "GarbageCollection"]) }
            return []
        }
    }

    private func removeDeadAttempts() async {
        var attempts: [DeadAttempts.Attempt] = []
        for pod in context.store.pods {
            let paths = PodPaths(uid: pod.pod.metadata.uid, key: pod.key, in: context.configuration.directories)
            for container in pod.containers where container.attempt > 0 {
                let folder = FileSystem.split(paths.container(container.name, container.attempt).log).directory
                collectFailure { () throws(SystemError) in
                    attempts += try AttemptLogs(folder: folder).over(before: container.attempt)
                }
            }
        }
        let leaving = DeadAttempts(context.configuration.deadAttempts).leaving(attempts, at: context.rooms.clock.wall)
        for (folder, gone) in Dictionary(grouping: leaving, by: \.folder) {
            collectFailure { () throws(SystemError) in try AttemptLogs(folder: folder).remove(Set(gone.map(\.number))) }
        }
    }

    private func collectFailure(_ work: () throws(SystemError) -> Void) {
        do throws(SystemError) { try work() } catch {
            context.logger.error("\(error)", metadata: ["reason": "GarbageCollection"])
        }
    }
}
