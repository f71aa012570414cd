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
    let logger: Logger
}
