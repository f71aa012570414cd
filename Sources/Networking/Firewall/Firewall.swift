import CNetlink
import Glibc
import Netlink
import Synchronization

/// One table of nf_tables of a network namespace, by default `inet swiftlet`. All other tables are left alone.
///
/// It belongs to the namespace in which it was opened. It holds nothing but its socket: what is in the table is asked of
/// the kernel.
public struct Firewall: ~Copyable {
    let layout: FirewallLayout
    let shared: SharedSocket
    var socket: NetlinkSocket { _read { yield shared.socket } }

    /// A socket that several serve themselves of. Closing one is not free: the kernel then waits until what was removed
    /// from nf_tables is out of use (a few milliseconds).
    final class SharedSocket {
        let socket: NetlinkSocket

        init() throws(NetlinkError) {
            socket = try NetlinkSocket(.netfilter)
            let port = socket.port
            Firewall.ownPorts.withLock { _ = $0.insert(port) }
        }

        deinit {
            let port = socket.port
            Firewall.ownPorts.withLock { _ = $0.remove(port) }
        }
    }

    /// The numbers of this process's sockets: what the kernel tells of their changes is no news. (libnl gives no two
    /// open sockets the same one, whatever namespaces they are in.)
    static let ownPorts = Mutex<Set<UInt32>>([])

    /// Opens a socket to nf_tables in the calling thread's network namespace.
    public init(_ layout: FirewallLayout = .pods) throws(NetlinkError) {
        self.layout = layout
        shared = try SharedSocket()
    }

    /// Another table, over the same socket.
    public init(_ layout: FirewallLayout, sharing other: borrowing Firewall) {
        self.layout = layout
        shared = other.shared
    }

    /// Carries a transaction out, or nothing of it. Gives the handles of its new rules, in their order.
    @discardableResult
    public borrowing func commit(_ transaction: FirewallTransaction) throws(NetlinkError) -> [FirewallRuleHandle] {
        guard !transaction.isEmpty else { return [] }
        return try socket.transact(
            [Self.border(NFNL_MSG_BATCH_BEGIN)] + transaction.messages + [Self.border(NFNL_MSG_BATCH_END)]
        ).compactMap { InstalledRule($0)?.handle }
    }

    /// The message that opens or closes a batch for nf_tables.
    private static func border(_ type: Int32) -> NetlinkRequest {
        var message = NetlinkMessageBuilder(type: UInt16(type))
        message.append(
            nfgenmsg(
                nfgen_family: UInt8(AF_UNSPEC),
                version: UInt8(NFNETLINK_V0),
                res_id: UInt16(NFNL_SUBSYS_NFTABLES).bigEndian
            )
        )
        return message.request("nf_tables", "transaction")
    }

    /// Makes sure of the table: makes it, or completes and corrects one that is there and keeps its elements. A table of
    /// another layout (of an older version) is replaced, without its elements.
    public borrowing func ensureTable() throws(NetlinkError) {
        try makeTable(keeping: true, with: [])
    }

    /// Makes the table what it should be, with these elements and no others, in one transaction.
    public borrowing func restore(_ elements: [FirewallElement]) throws(NetlinkError) {
        try makeTable(keeping: false, with: elements)
    }

    private borrowing func makeTable(keeping: Bool, with wanted: [FirewallElement]) throws(NetlinkError) {
        var transaction = FirewallTransaction(layout)
        transaction.makeTable()
        if !keeping {
            let present = Set(try elements())
            transaction.remove(Array(present.subtracting(wanted)))
            transaction.add(Array(Set(wanted).subtracting(present)))
        }
        do throws(NetlinkError) {
            try commit(transaction)
        } catch
            where error.errno == EEXIST || error.errno == EBUSY || error.errno == EINVAL
            || error.errno == EOPNOTSUPP || error.errno == ENOENT
        {
            var replacement = FirewallTransaction(layout)
            // Making it first: one that is missing could not be removed.
            replacement.makeEmptyTable()
            replacement.removeTable()
            replacement.makeTable()
            replacement.add(wanted)
            try commit(replacement)
        }
    }

    /// Removes the table. False where there was none.
    @discardableResult
    public borrowing func removeTable() throws(NetlinkError) -> Bool {
        var transaction = FirewallTransaction(layout)
        transaction.removeTable()
        do throws(NetlinkError) {
            try commit(transaction)
            return true
        } catch  where error.errno == ENOENT {
            return false
        }
    }

    /// Whether the table is there.
    public borrowing func hasTable() throws(NetlinkError) -> Bool { try tableHandle() != nil }

    /// The number that the kernel gave the table; one that is made anew has another. Nil where there is none.
    public borrowing func tableHandle() throws(NetlinkError) -> UInt64? {
        var message = NetlinkMessageBuilder(tables: NFT_MSG_GETTABLE, layout.family)
        message.put(NFTA_TABLE_NAME.rawValue, layout.table)
        do throws(NetlinkError) {
            let reply = try socket.query(message.request("NFT_MSG_GETTABLE", layout.table)).first
            return reply?.attributes(after: 4).first(NFTA_TABLE_HANDLE.rawValue)?.number(UInt64.self)?.bigEndian
        } catch  where error.errno == ENOENT {
            return nil
        }
    }

    /// The elements of a set as the kernel has them, each once; none where there is no table.
    ///
    /// A list of more than one message is read until two readings in a row agree. The kernel resumes it at a count of
    /// elements that it has told already, and a hash table that grows in between, some time after the transaction that filled
    /// it, has another order: elements are left out or told twice, without NLM_F_DUMP_INTR, because no transaction came in
    /// between.
    public borrowing func elements(of set: FirewallSet) throws(NetlinkError) -> [FirewallElement] {
        var earlier: Set<FirewallElement>?
        for _ in 0..<16 {
            let reading = try readElements(of: set)
            let elements = Set(reading.elements)
            if reading.isWhole || elements == earlier { return Array(elements) }
            earlier = elements
        }
        throw NetlinkError(
            operation: "NFT_MSG_GETSETELEM",
            subject: set.rawValue,
            errno: EINTR,
            explanation: "the set kept changing while it was read"
        )
    }

    /// One reading of a set; whole where one message held all of it.
    private borrowing func readElements(
        of set: FirewallSet
    ) throws(NetlinkError) -> (elements: [FirewallElement], isWhole: Bool) {
        var message = NetlinkMessageBuilder(tables: NFT_MSG_GETSETELEM, layout.family)
        message.put(NFTA_SET_ELEM_LIST_TABLE.rawValue, layout.table)
        message.put(NFTA_SET_ELEM_LIST_SET.rawValue, set.rawValue)
        let replies: [NetlinkReply]
        do throws(NetlinkError) {
            replies = try socket.dump(message.request("NFT_MSG_GETSETELEM", set.rawValue))
        } catch  where error.errno == ENOENT {
            return ([], true)
        }
        let elements = replies.flatMap { reply -> [FirewallElement] in
            guard let list = reply.attributes(after: 4).first(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue) else { return [] }
            return list.nested.compactMap { FirewallElement(set, $0.nested) }
        }
        return (elements, replies.count <= 1)
    }

    /// All elements of all sets.
    public borrowing func elements() throws(NetlinkError) -> [FirewallElement] {
        var all: [FirewallElement] = []
        for set in layout.sets { all += try elements(of: set) }
        return all
    }

    /// Removes those of the elements that are there.
    public borrowing func remove(_ elements: [FirewallElement]) throws(NetlinkError) {
        guard !elements.isEmpty else { return }
        var transaction = FirewallTransaction(layout)
        transaction.remove(elements)
        do throws(NetlinkError) {
            try commit(transaction)
        } catch  where error.errno == ENOENT {
            // Some are missing, or the whole table: ask, and remove what is left.
            let identities = Set(elements.map(\.identity))
            var rest = FirewallTransaction(layout)
            rest.remove(try self.elements().filter { identities.contains($0.identity) })
            try commit(rest)
        }
    }
}

extension FirewallElement {
    /// Reads an element of a list.
    fileprivate init?(_ set: FirewallSet, _ attributes: NetlinkAttributes) {
        func data(_ type: UInt32) -> [UInt8]? {
            attributes.first(type)?.nested.first(NFTA_DATA_VALUE.rawValue).map { Array($0.bytes) }
        }
        guard let key = data(NFTA_SET_ELEM_KEY.rawValue) else { return nil }
        // Type 0, length, string.
        let comment = attributes.first(NFTA_SET_ELEM_USERDATA.rawValue)?.bytes.dropFirst(2).prefix { $0 != 0 } ?? []
        self.init(
            set,
            rawKey: key,
            rawKeyEnd: data(NFTA_SET_ELEM_KEY_END.rawValue) ?? [],
            rawValue: data(NFTA_SET_ELEM_DATA.rawValue) ?? [],
            owner: String(decoding: comment, as: UTF8.self)
        )
    }
}
