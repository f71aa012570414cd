import CNetlink
import Netlink

/// What the kernel tells of changes of tables, whoever makes them.
public struct FirewallEvents: ~Copyable {
    private let socket: NetlinkSocket
    /// By family.
    private let tables: [UInt8: Set<String>]

    /// What somebody else has taken from the tables.
    public struct Damage: Sendable, Hashable {
        /// The program that did it, as the kernel calls it; nil where that was not told.
        public var program: String?
        /// Whether the kernel had more to tell than there was room for: there may be damage.
        public var isUncertain: Bool

        /// Of a time when nobody listened.
        public static let possible = Damage(program: nil, isUncertain: true)
    }

    /// Begins to listen, in the calling thread's network namespace.
    public init(_ layouts: FirewallLayout...) throws(NetlinkError) {
        let socket = try NetlinkSocket(.netfilter)
        try socket.join(UInt32(NFNLGRP_NFTABLES.rawValue))
        tables = Dictionary(grouping: layouts, by: \.family.rawValue).mapValues { Set($0.map(\.table)) }
        self.socket = socket
    }

    /// Readable when there is something to ask `damage()` for; open as long as this.
    public var rawDescriptor: Int32 { socket.rawDescriptor }

    /// Blocks until a table has been removed since the last call, or something was missed that could have been that.
    public borrowing func waitForLoss() throws(NetlinkError) {
        while true {
            guard let events = try socket.nextEvents() else { return }
            for event in events where event.type == Self.type(NFT_MSG_DELTABLE) {
                if concerns(event) { return }
            }
        }
    }

    /// What has been taken from the tables since the last call, by others than this process; nil where nothing was. Never waits.
    ///
    /// What others add to them is theirs, and no damage.
    public borrowing func damage() throws(NetlinkError) -> Damage? {
        var damage: Damage?
        while true {
            guard let events = try socket.pendingEvents() else {
                damage = Damage(program: damage?.program, isUncertain: true)
                continue
            }
            if events.isEmpty { return damage }
            for event in events {
                if takesAway(event) {
                    damage = damage ?? Damage(program: nil, isUncertain: false)
                } else if event.type == Self.type(NFT_MSG_NEWGEN), damage != nil, damage?.program == nil {
                    // It comes last of a transaction, and names who made it.
                    damage?.program = event.attributes(after: 4).first(NFTA_GEN_PROC_NAME.rawValue)?.text
                }
            }
        }
    }

    private borrowing func takesAway(_ event: NetlinkReply) -> Bool {
        [NFT_MSG_DELTABLE, NFT_MSG_DELCHAIN, NFT_MSG_DELRULE, NFT_MSG_DELSET, NFT_MSG_DELSETELEM]
            .contains { Self.type($0) == event.type }
            && concerns(event)
            && !Firewall.ownPorts.withLock { $0.contains(event.port) }
    }

    /// All messages about tables, and what is in them, name the table in their first attribute.
    private borrowing func concerns(_ event: NetlinkReply) -> Bool {
        guard let family = event.field(0, as: UInt8.self), let tables = tables[family] else { return false }
        return event.attributes(after: 4).first(NFTA_TABLE_NAME.rawValue).map { tables.contains($0.text) } ?? false
    }

    private static func type(_ message: nf_tables_msg_types) -> UInt16 {
        UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(message.rawValue)
    }
}
