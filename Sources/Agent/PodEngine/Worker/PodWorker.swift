import Linux
import Logging
import PodSpec

/// Runs what is wished for under one key, one pod after the other: the next begins when nothing of the one before is left.
///
/// Its task owns all state; others reach it through the mailbox only.
final class PodWorker: Sendable {
    let key: PodKey
    let context: EngineContext
    private let mailbox: PodMailbox
    /// Pods of this key that an earlier agent left, the one that is to go on (if any) last.
    private let inherited: [PodRecord]

    /// Called for each inherited pod once it is in hand and in the store.
    private let onAdopted: @Sendable () -> Void

    init(
        _ key: PodKey,
        _ desired: DesiredPod?,
        inherited: [PodRecord] = [],
        haltLimit: Duration? = nil,
        in context: EngineContext,
        onAdopted: @escaping @Sendable () -> Void = {}
    ) {
        self.key = key
        self.context = context
        self.inherited = inherited
        self.onAdopted = onAdopted
        mailbox = PodMailbox(desired.map { .pod($0) } ?? .nothing, haltLimit: haltLimit)
    }

    /// Tells what is to run from now on; nil for nothing. False where the worker has ended.
    func submit(_ desired: DesiredPod?) -> Bool {
        mailbox.submit(desired.map { .pod($0) } ?? .nothing)
    }

    /// Tells that what the pod may refer to is another, new, or gone.
    func objectsChanged() { mailbox.post(.objectsChanged) }

    /// Tells that the machine is short of something else than before.
    func pressureChanged() { mailbox.nudge() }

    /// Has the pod failed as a whole, and its containers end within so much time.
    func evict(_ failure: StepFailure, grace: Duration) { mailbox.post(.evict(failure, grace: grace)) }

    /// Gives its containers so much time to end, for when it is not wanted any more.
    func hurry(grace: Duration) { mailbox.post(.hurry(grace: grace)) }

    /// Ends what runs, in so much time at most; `onHalted` is called when it has ended.
    func halt(within limit: Duration, onHalted: @escaping @Sendable () -> Void) {
        mailbox.halt(within: limit, onHalted: onHalted)
    }

    func resume() { mailbox.resume() }

    /// Has the loop come round: `onPassed` is called when it has, whatever steps are under way.
    func probe(onPassed: @escaping @Sendable () -> Void) { mailbox.probe(onPassed: onPassed) }

    /// Works until nothing is wished for and nothing is left, or until the task is cancelled: then everything stays as it is.
    func run() async {
        defer { mailbox.close() }
        for record in inherited {
            let pod = AdoptedPod(record, in: context)
            let (lifecycle, notes) = await mailbox.away { await pod.adopt() }
            for note in notes { logger(record.pod.metadata.uid).warning("\(note)") }
            publish(pod.desired, lifecycle)
            onAdopted()
            if Task.isCancelled { return }
            await live(pod.desired, lifecycle)
        }
        while !Task.isCancelled {
            switch mailbox.wish {
            case .pod(let desired):
                let uid = desired.pod.metadata.uid
                let metadata: Logger.Metadata = ["name": "\(key)", "id": "\(uid)", "file": "\(desired.file)"]
                logger(uid).log(.info, .podCreated, "pod begins", metadata)
                tell("PodCreated", "The pod begins: \(desired.file)", uid: uid)
                context.rooms.observer.measured(.podBegun)
                let lifecycle = PodLifecycle(
                    PodShape(desired.pod),
                    backoffs: context.configuration.backoffs,
                    at: context.rooms.clock.now
                )
                await live(desired, lifecycle)
            case .nothing:
                // Before the mailbox closes: a successor may publish right after.
                context.store.remove(key)
                if mailbox.closeIfIdle() { return }
            }
        }
    }

    /// One pod, from where its lifecycle stands to the point where nothing of it is left.
    private func live(_ initial: DesiredPod, _ initialLifecycle: PodLifecycle) async {
        var desired = initial
        var lifecycle = initialLifecycle
        let clock = context.rooms.clock
        let logger = logger(lifecycle.shape.uid)
        let paths = PodPaths(uid: lifecycle.shape.uid, key: key, in: context.configuration.directories)
        let latest = LatestPod(desired.pod)
        await context.inHand.begin(paths.uid)
        // Pulls and hooks are given up when nobody needs them any more; other steps are short, and end first.
        var openEnded: [PodStep: Latch] = [:]
        var hasRun = lifecycle.phase != .pending
        await withDiscardingTaskGroup { group in
            while true {
                if lifecycle.goal != .stop { follow(mailbox.wish, &desired, &lifecycle) }
                latest.follow(desired.pod)
                let steps = lifecycle.takeSteps(at: clock.now)
                for (step, givenUp) in openEnded where !lifecycle.wants(step) {
                    givenUp.open()
                    openEnded[step] = nil
                }
                tellOccurrences(of: &lifecycle, for: nil, paths)
                publish(desired, lifecycle)
                if !hasRun, lifecycle.phase == .running {
                    hasRun = true
                    let time = clock.wall.since(lifecycle.startTime)
                    context.rooms.observer.measured(.podRunning(after: max(.zero, time)))
                }
                if lifecycle.isHalted { mailbox.tellHalted() }
                mailbox.pass()
                if lifecycle.isGone || Task.isCancelled { break }
                let runner = PodSteps(desired: desired, paths: paths, context: context, latest: latest) { [mailbox] in
                    mailbox.post($0)
                }
                for step in steps {
                    logger.trace("step", metadata: ["step": "\(step)"])
                    let givenUp = step.mayBeGivenUp ? Latch() : nil
                    if let givenUp { openEnded[step] = givenUp }
                    group.addTask { [mailbox, lifecycle] in
                        let event = await self.measuring(step) {
                            guard let givenUp else { return await runner.run(step, of: lifecycle) }
                            return await givenUp.cancelling { await runner.run(step, of: lifecycle) }
                        }
                        if let event { mailbox.post(event) }
                    }
                }
                await mailbox.wait(until: lifecycle.deadline, by: clock)
                for event in mailbox.takeEvents() {
                    log(event, logger, paths)
                    tell(event, paths)
                    lifecycle.handle(event, at: clock.now)
                    tellOccurrences(of: &lifecycle, for: event, paths)
                    logBackOff(after: event, lifecycle, logger, paths)
                }
            }
            // A wait for the end of a process that even SIGKILL does not end.
            group.cancelAll()
        }
        // Events of this pod must not be taken for its successor's.
        _ = mailbox.takeEvents()
        if lifecycle.isGone {
            logger.log(.info, .podRemoved, "pod is gone", ["name": "\(key)", "id": "\(paths.uid)"])
            context.inHand.end(paths.uid)
            context.garbage.raise()
            tell("PodRemoved", "Nothing of the pod is left", uid: paths.uid)
            context.rooms.observer.measured(.podGone(.init(key: key, uid: paths.uid)))
        }
    }

    /// Compares what runs with what is wished for.
    private func follow(_ wish: PodMailbox.Wish, _ desired: inout DesiredPod, _ lifecycle: inout PodLifecycle) {
        let now = context.rooms.clock.now
        switch (lifecycle.goal, mailbox.haltLimit) {
        case (.run, let limit?): lifecycle.handle(.halt(within: limit), at: now)
        case (.halt, nil): lifecycle.handle(.resume, at: now)
        default: break
        }
        let refusal = context.pressure.refusal(of: desired.pod)
        if refusal != lifecycle.holdBack { lifecycle.handle(.heldBack(refusal), at: now) }
        guard case .pod(let wanted) = wish else {
            lifecycle.handle(.stop, at: now)
            return
        }
        let plan = wanted.plan(from: desired)
        if let reason = plan.reasonToReplace(hasFinished: lifecycle.isConcluded) {
            logger(desired.pod.metadata.uid).info("the pod is made anew: \(reason)")
            lifecycle.handle(.stop, at: now)
            return
        }
        if lifecycle.hasBegunNothing, wanted.isSpecified(as: desired), wanted.pod.spec.overhead != desired.pod.spec.overhead {
            // Its RuntimeClass has come since: an API server would not have taken the pod before.
            logger(desired.pod.metadata.uid).info("the pod is made anew: spec.overhead is its class's")
            lifecycle.handle(.stop, at: now)
            return
        }
        if !wanted.pod.spec.readinessGates.isEmpty {
            let declared = wanted.pod.declaredConditions
            if declared != lifecycle.declared { lifecycle.handle(.declared(declared), at: now) }
        }
        // What is in place waits until the machine is up again: nothing is begun before.
        if case .halt = lifecycle.goal { return }
        let next = wanted.continuing(desired)
        guard next != desired else { return }
        let isSame = next.isSpecified(as: desired)
        desired = next
        guard !isSame else {
            // Labels, annotations, warnings or the file's name: nothing that runs depends on them.
            lifecycle.handle(.described, at: now)
            return
        }
        lifecycle.handle(.updated(PodUpdate(shape: PodShape(next.pod), plan)), at: now)
    }

    private func publish(_ desired: DesiredPod, _ lifecycle: PodLifecycle) {
        if lifecycle.isGone { return }
        let paths = PodPaths(uid: lifecycle.shape.uid, key: key, in: context.configuration.directories)
        let node = context.configuration.node
        var snapshot = PodSnapshot(desired, lifecycle, paths, node: node)
        if let range = context.users.range(of: paths.uid) { snapshot.pod.status?.hostIDs = "\(range.first):\(range.count)" }
        context.store.set(snapshot)
    }

    private func logger(_ uid: String) -> Logger {
        var logger = context.logger
        logger[metadataKey: "pod"] = "\(key)"
        logger[metadataKey: "pod-uid"] = "\(uid)"
        return logger
    }
}
