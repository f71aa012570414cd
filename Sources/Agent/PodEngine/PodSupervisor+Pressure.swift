import Linux

extension PodSupervisor {
    /// Who looks after what pods share; nil where nobody measures it.
    func pressureKeeper(_ images: ImageCollector?) -> PressureKeeper? {
        guard let measuring = context.rooms.measuring else { return nil }
        return PressureKeeper(measuring, images: images, in: context) { [weak self] key, uid, failure, grace in
            await self?.evict(key, uid: uid, failure, grace: grace) ?? false
        } onChange: { [weak self] in
            await self?.tellPressure()
        }
    }

    /// False where there is no such pod any more, or the machine is going down: then all of them end anyway.
    private func evict(_ key: PodKey, uid: String, _ failure: StepFailure, grace: Duration) -> Bool {
        guard !isHalting, store[key]?.pod.metadata.uid == uid, let worker = workers[key] else { return false }
        worker.evict(failure, grace: grace)
        return true
    }

    private func tellPressure() {
        for worker in workers.values { worker.pressureChanged() }
    }
}
