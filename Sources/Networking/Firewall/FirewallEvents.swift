import CNetlink
import Netlink

/// What the kernel tells of changes of a table, whoever makes them.
public struct FirewallEvents: ~Copyable {
    private let socket: NetlinkSocket
    private let layout: FirewallLayout

    /// Begins to listen, in the calling thread's network namespace.
    public init(_ layout: FirewallLayout) throws(NetlinkError) {
        let socket = try NetlinkSocket(.netfilter)
        try socket.join(UInt32(NFNLGRP_NFTABLES.rawValue))
        self.layout = layout
        self.socket = socket
    }

    /// Blocks until the table has been removed since the last call, or something was missed that could have been that.
    public borrowing func waitForLoss() throws(NetlinkError) {
        while true {
            guard let events = try socket.nextEvents() else { return }
            for event in events where event.type == UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(NFT_MSG_DELTABLE.rawValue) {
                if event.attributes(after: 4).first(NFTA_TABLE_NAME.rawValue)?.text == layout.table { return }
            }
        }
    }
}
