extension PodSupervisor {
    /// Goes once through everything that has to move for work to be done, and returns when it is through: the thread that
    /// waits for descriptors, the loop that watches the folder, and the loop of every pod.
    ///
    /// Steps under way (a pull of minutes) do not hold it up; a blocked thread, actor or loop does, for good. Before the
    /// engine is ready it waits for that. Throws `CancellationError` when the task is cancelled.
    public func heartbeat() async throws {
        await store.waitUntilSynced()
        if let bell { try await bell.ring() }
        let workers = workers.values
        let passed = Countdown(workers.count)
        for worker in workers { worker.probe { passed.count() } }
        await passed.wait()
        try Task.checkCancellation()
    }
}
