import Linux
import NetworkSpec

/// Leases whose holders are gone.
extension HostNetworks {
    /// Gives back what nobody has any more on a network: leases without a record, and those of pods whose namespace and interface
    /// are both gone, which nobody has disconnected.
    ///
    /// A record is written before its leases, and removed after them: first the leases are read, then the records, also those of
    /// other processes.
    func reclaimLeases(of network: String) throws {
        let holders = try withLeases(of: network) { try $0.holders() }
        let records = try podRecords.readAll().records
        var failures = FailureList()
        for (address, holder) in holders {
            failures.collect {
                if let record = records[holder] {
                    if Namespace.isPinned(record.namespacePath) { return }
                    if try isAttached(record) { return }
                    if pods[holder] != nil { return try tearDown(only: holder) }
                }
                try withLeases(of: network) { try $0.release(address, of: holder) }
            }
        }
        try failures.throwIfAny()
    }
}
