import CNetlink
import Netlink

/// A change of the table that is made as a whole or not at all.
public struct FirewallTransaction: Sendable {
    /// The messages so far, without those that open and close the batch.
    package private(set) var messages: [NetlinkRequest] = []

    /// Makes an empty transaction.
    public init() {}

    /// Whether it changes anything.
    public var isEmpty: Bool { messages.isEmpty }

    /// Makes the table with its sets, chains and rules. What is there already is kept, with its elements; its rules are
    /// made anew.
    public mutating func makeTable() {
        add("NFT_MSG_NEWTABLE", NFT_MSG_NEWTABLE, "inet \(Firewall.tableName)") {
            $0.put(NFTA_TABLE_NAME.rawValue, Firewall.tableName)
        }
        for set in FirewallSet.allCases { make(set) }
        for chain in FirewallChain.all { make(chain) }
        // In a second round, because they jump to one another.
        for chain in FirewallChain.all {
            add("NFT_MSG_DELRULE", NFT_MSG_DELRULE, chain.name, flags: 0) {
                $0.put(NFTA_RULE_TABLE.rawValue, Firewall.tableName)
                $0.put(NFTA_RULE_CHAIN.rawValue, chain.name)
            }
            for rule in chain.rules {
                add("NFT_MSG_NEWRULE", NFT_MSG_NEWRULE, chain.name, flags: NLM_F_CREATE | NLM_F_APPEND) {
                    $0.put(NFTA_RULE_TABLE.rawValue, Firewall.tableName)
                    $0.put(NFTA_RULE_CHAIN.rawValue, chain.name)
                    $0.nest(NFTA_RULE_EXPRESSIONS.rawValue) { list in
                        for expression in rule { expression.put(into: &list) }
                    }
                }
            }
        }
    }

    /// Removes the table with all that is in it.
    public mutating func removeTable() {
        add("NFT_MSG_DELTABLE", NFT_MSG_DELTABLE, "inet \(Firewall.tableName)", flags: 0) {
            $0.put(NFTA_TABLE_NAME.rawValue, Firewall.tableName)
        }
    }

    /// Adds elements. One whose key is there already fails the transaction with EEXIST.
    public mutating func add(_ elements: [FirewallElement]) {
        change("NFT_MSG_NEWSETELEM", NFT_MSG_NEWSETELEM, elements, flags: NLM_F_CREATE | NLM_F_EXCL)
    }

    /// Adds elements, or leaves them as they are. One whose key is there with another value fails the transaction.
    public mutating func keep(_ elements: [FirewallElement]) {
        change("NFT_MSG_NEWSETELEM", NFT_MSG_NEWSETELEM, elements, flags: NLM_F_CREATE)
    }

    /// Removes elements. One that is not there fails the transaction with ENOENT.
    public mutating func remove(_ elements: [FirewallElement]) {
        change("NFT_MSG_DELSETELEM", NFT_MSG_DELSETELEM, elements, flags: 0)
    }

    private mutating func make(_ set: FirewallSet) {
        add("NFT_MSG_NEWSET", NFT_MSG_NEWSET, set.rawValue) {
            $0.put(NFTA_SET_TABLE.rawValue, Firewall.tableName)
            $0.put(NFTA_SET_NAME.rawValue, set.rawValue)
            let ranges = set.hasRanges ? NFT_SET_INTERVAL.rawValue | NFT_SET_CONCAT.rawValue : 0
            $0.put(NFTA_SET_FLAGS.rawValue, network: ranges | (set.value.isEmpty ? 0 : NFT_SET_MAP.rawValue))
            $0.put(NFTA_SET_KEY_TYPE.rawValue, network: set.key.type)
            $0.put(NFTA_SET_KEY_LEN.rawValue, network: set.key.size)
            if !set.value.isEmpty {
                $0.put(NFTA_SET_DATA_TYPE.rawValue, network: set.value.type)
                $0.put(NFTA_SET_DATA_LEN.rawValue, network: set.value.size)
            }
            if set.hasRanges {
                // Ranges in several fields: the kernel wants to know where each ends.
                $0.nest(NFTA_SET_DESC.rawValue) {
                    $0.nest(NFTA_SET_DESC_CONCAT.rawValue) { list in
                        for field in set.key {
                            list.nest(NFTA_LIST_ELEM.rawValue) {
                                $0.put(NFTA_SET_FIELD_LEN.rawValue, network: UInt32(field.size))
                            }
                        }
                    }
                }
            }
            $0.put(NFTA_SET_ID.rawValue, network: set.number)
            if set.key == [.interfaceName] {
                // nft shows names rightly only where this says that they are in the machine's order (type 0, length 4).
                $0.put(NFTA_SET_USERDATA.rawValue, bytes: [0, 4, 1, 0, 0, 0])
            }
        }
    }

    private mutating func make(_ chain: FirewallChain) {
        add("NFT_MSG_NEWCHAIN", NFT_MSG_NEWCHAIN, chain.name) {
            $0.put(NFTA_CHAIN_TABLE.rawValue, Firewall.tableName)
            $0.put(NFTA_CHAIN_NAME.rawValue, chain.name)
            guard let hook = chain.hook else { return }
            $0.nest(NFTA_CHAIN_HOOK.rawValue) {
                $0.put(NFTA_HOOK_HOOKNUM.rawValue, network: hook.number)
                $0.put(NFTA_HOOK_PRIORITY.rawValue, network: hook.priority)
            }
            $0.put(NFTA_CHAIN_POLICY.rawValue, network: UInt32(NF_ACCEPT))
            $0.put(NFTA_CHAIN_TYPE.rawValue, hook.type)
        }
    }

    private mutating func change(
        _ operation: String,
        _ type: nf_tables_msg_types,
        _ elements: [FirewallElement],
        flags: Int32
    ) {
        for set in FirewallSet.allCases {
            let elements = elements.filter { $0.set == set }
            // The length of a nested attribute has 16 bits.
            for start in stride(from: 0, to: elements.count, by: 256) {
                let part = elements[start..<min(start + 256, elements.count)]
                add(operation, type, set.rawValue, flags: flags, capacity: 256 + 256 * part.count) {
                    $0.put(NFTA_SET_ELEM_LIST_TABLE.rawValue, Firewall.tableName)
                    $0.put(NFTA_SET_ELEM_LIST_SET.rawValue, set.rawValue)
                    $0.nest(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue) { list in
                        for element in part { element.put(into: &list, isRemoval: type == NFT_MSG_DELSETELEM) }
                    }
                }
            }
        }
    }

    private mutating func add(
        _ operation: String,
        _ type: nf_tables_msg_types,
        _ subject: String,
        flags: Int32 = NLM_F_CREATE,
        capacity: Int = 4096,
        _ body: (inout NetlinkMessageBuilder) -> Void
    ) {
        var message = NetlinkMessageBuilder(tables: type, flags: flags, capacity: capacity)
        body(&message)
        messages.append(message.request(operation, subject))
    }
}

extension NetlinkMessageBuilder {
    /// Begins a message to nf_tables about the family `inet`.
    init(tables type: nf_tables_msg_types, flags: Int32 = 0, capacity: Int = 4096) {
        self.init(type: UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(type.rawValue), flags: flags, capacity: capacity)
        append(nfgenmsg(nfgen_family: UInt8(NFPROTO_INET), version: UInt8(NFNETLINK_V0), res_id: 0))
    }
}

extension FirewallElement {
    func put(into message: inout NetlinkMessageBuilder, isRemoval: Bool) {
        message.nest(NFTA_LIST_ELEM.rawValue) { entry in
            entry.nest(NFTA_SET_ELEM_KEY.rawValue) { $0.put(NFTA_DATA_VALUE.rawValue, bytes: key) }
            if !keyEnd.isEmpty {
                entry.nest(NFTA_SET_ELEM_KEY_END.rawValue) { $0.put(NFTA_DATA_VALUE.rawValue, bytes: keyEnd) }
            }
            guard !isRemoval else { return }
            if !value.isEmpty {
                entry.nest(NFTA_SET_ELEM_DATA.rawValue) { $0.put(NFTA_DATA_VALUE.rawValue, bytes: value) }
            }
            // What nft takes for a comment: type 0, length, string with its zero.
            let comment = Array(owner.utf8.prefix(127)) + [0]
            entry.put(NFTA_SET_ELEM_USERDATA.rawValue, bytes: [0, UInt8(comment.count)] + comment)
        }
    }
}
