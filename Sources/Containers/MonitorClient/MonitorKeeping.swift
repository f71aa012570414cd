import Linux

/// Keeps descriptors of monitors while no agent runs, so that the next one knows them for good: a pidfd cannot come to mean
/// another process. An init system may do it; without one, `MonitorClient` finds monitors by what they wrote down.
///
/// None of it may block or fail: what is not kept is found the other way.
public protocol MonitorKeeping: Sendable {
    /// Keeps a copy of the pidfd of a container's monitor.
    func keep(_ pidfd: Int32, of id: String)

    /// Lets go of what is kept for a container: its monitor has ended.
    func forget(_ id: String)

    /// What an earlier agent had kept for a container, once. The caller closes them.
    func takeInherited(_ id: String) -> [Int32]
}

extension MonitorClient {
    enum KeptMonitor {
        case living(ProcessReference)
        /// All that was kept have ended. There may be a later one that was not kept.
        case ended
        case none
    }

    /// The monitor of a container by its pidfd of an earlier agent.
    func keptMonitor(of id: String) throws(MonitorError) -> KeptMonitor {
        guard let keeper else { return .none }
        var hasEnded = false
        var living: ProcessReference?
        for number in keeper.takeInherited(id) {
            let descriptor = Descriptor(owning: number)
            let subject = try system { () throws(SystemError) in try ProcessHandle.subject(of: number) }
            switch subject {
            case nil: break
            case .gone: hasEnded = true
            case .process(let pid):
                let handle = ProcessHandle(pid: pid, owning: descriptor)
                let isOver = try system { () throws(SystemError) in try handle.hasEnded() }
                if isOver { hasEnded = true } else { living = ProcessReference(handle) }
            }
        }
        if let living { return .living(living) }
        return hasEnded ? .ended : .none
    }
}
