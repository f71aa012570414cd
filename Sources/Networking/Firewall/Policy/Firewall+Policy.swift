import CNetlink
import Glibc
import Netlink

extension FirewallLayout {
    /// The policies of pods: chains and sets come and go with them. See `PolicyTable`.
    public static let policies = FirewallLayout(table: "swiftlet_policy", sets: [], chains: [])
}

extension Firewall {
    /// Makes the table what the policies come down to, in one transaction: every packet meets the old rules or the new ones.
    /// Without anybody who is governed there is no table.
    ///
    /// - Parameter old: What is known to be installed; nil where that is not known. Where only elements differ, only they are
    ///   changed.
    public borrowing func install(_ new: PolicyTable, replacing old: PolicyTable?) throws(NetlinkError) {
        if new == old { return }
        guard !new.isEmpty else {
            try removeTable()
            return
        }
        let rules = PolicyRules(new)
        if let old, !old.isEmpty {
            let before = PolicyRules(old)
            if before.sets == rules.sets, before.chains == rules.chains {
                var transaction = FirewallTransaction(.policies)
                transaction.change(from: before, to: rules)
                do throws(NetlinkError) {
                    try commit(transaction)
                    return
                } catch where [ENOENT, EEXIST, EBUSY, ENOTEMPTY].contains(error.errno) {
                    // Somebody has changed the table, or an element is one that the kernel still counts: all anew.
                }
            }
        }
        var transaction = FirewallTransaction(.policies)
        transaction.makeEmptyTable()
        transaction.removeTable()
        transaction.make(rules)
        try commit(transaction)
    }
}
