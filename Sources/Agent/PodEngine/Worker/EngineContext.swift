import Logging

/// What every worker of an engine shares.
struct EngineContext: Sendable {
    let configuration: EngineConfiguration
    let rooms: Rooms
    let records: PodRecords
    let store: PodStore
    /// What pods can refer to.
    let objects = ObjectStore()
    let claims: ClaimFolders
    /// What the machine is short of.
    let pressure: NodePressure
    let users: IDRangeBook
    /// Whose UIDs are looked after.
    let inHand = PodsInHand()
    /// Raised when there may be something to collect.
    let garbage = Signal()
    let logger: Logger
}
