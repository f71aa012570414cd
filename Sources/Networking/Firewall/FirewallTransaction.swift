import CNetlink
import Netlink

/// A change of the table that is made as a whole or not at all.
public struct FirewallTransaction: Sendable {
    /// The messages so far, without those that open and close the batch.
    package private(set) var messages: [NetlinkRequest] = []

    /// The table that it is about.
    let layout: FirewallLayout
    /// The sets without a name so far.
    private var unnamedSets: UInt32 = 0

    /// Makes an empty transaction.
    public init(_ layout: FirewallLayout = .pods) { self.layout = layout }

    /// Whether it changes anything.
    public var isEmpty: Bool { messages.isEmpty }

    /// Makes the table with its sets, chains and rules. What is there already is kept, with its elements; its rules are
    /// made anew.
    public mutating func makeTable() {
        makeEmptyTable()
        for set in layout.sets { make(set) }
        for chain in layout.chains { make(chain) }
        // In a second round, because they jump to one another.
        for chain in layout.chains {
            flush(chain: chain.name)
            for rule in chain.rules { add(FirewallRule(chain: chain.name, rule)) }
        }
    }

    /// Makes the table, without anything in it, unless it is there.
    mutating func makeEmptyTable() {
        let table = layout.table
        add("NFT_MSG_NEWTABLE", NFT_MSG_NEWTABLE, "\(layout.family) \(table)") {
            $0.put(NFTA_TABLE_NAME.rawValue, table)
        }
    }

    /// Removes the table with all that is in it.
    public mutating func removeTable() {
        let table = layout.table
        add("NFT_MSG_DELTABLE", NFT_MSG_DELTABLE, "\(layout.family) \(table)", flags: 0) {
            $0.put(NFTA_TABLE_NAME.rawValue, table)
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
        let table = layout.table
        add("NFT_MSG_NEWSET", NFT_MSG_NEWSET, set.rawValue) {
            $0.put(NFTA_SET_TABLE.rawValue, table)
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

    /// Makes a chain, without its rules, unless it is there.
    mutating func make(_ chain: FirewallChain) {
        let table = layout.table
        add("NFT_MSG_NEWCHAIN", NFT_MSG_NEWCHAIN, chain.name) {
            $0.put(NFTA_CHAIN_TABLE.rawValue, table)
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
        let table = layout.table
        for set in FirewallSet.allCases {
            let elements = elements.filter { $0.set == set }
            // The length of a nested attribute has 16 bits.
            for start in stride(from: 0, to: elements.count, by: 256) {
                let part = elements[start..<min(start + 256, elements.count)]
                add(operation, type, set.rawValue, flags: flags, capacity: 256 + 256 * part.count) {
                    $0.put(NFTA_SET_ELEM_LIST_TABLE.rawValue, table)
                    $0.put(NFTA_SET_ELEM_LIST_SET.rawValue, set.rawValue)
                    $0.nest(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue) { list in
                        for element in part { element.put(into: &list, isRemoval: type == NFT_MSG_DELSETELEM) }
                    }
                }
            }
        }
    }

    /// Makes the sets, chains and elements of policies in a table that is there and empty.
    mutating func make(_ rules: PolicyRules) {
        makeEmptyTable()
        let table = layout.table
        for (index, set) in rules.sets.enumerated() {
            add("NFT_MSG_NEWSET", NFT_MSG_NEWSET, set.name) {
                $0.put(NFTA_SET_TABLE.rawValue, table)
                set.put(into: &$0, number: UInt32(index + 1))
            }
        }
        for chain in rules.chains { make(chain) }
        // Behind the chains, to which they lead.
        for set in rules.sets { change(NFT_MSG_NEWSETELEM, set.name, rules.elements[set.name] ?? []) }
        for chain in rules.chains {
            for rule in chain.rules { add(FirewallRule(chain: chain.name, rule)) }
        }
    }

    /// Changes elements only; sets and chains are the same.
    mutating func change(from old: PolicyRules, to new: PolicyRules) {
        for (type, from, to) in [(NFT_MSG_DELSETELEM, new, old), (NFT_MSG_NEWSETELEM, old, new)] {
            for set in to.sets {
                change(type, set.name, (to.elements[set.name] ?? []).subtracting(from.elements[set.name] ?? []))
            }
        }
    }

    private mutating func change(_ type: nf_tables_msg_types, _ set: String, _ elements: Set<PolicySet.Element>) {
        let (table, elements) = (layout.table, Array(elements))
        let isRemoval = type == NFT_MSG_DELSETELEM
        // The length of a nested attribute has 16 bits.
        for start in stride(from: 0, to: elements.count, by: 128) {
            let part = elements[start..<min(start + 128, elements.count)]
            let operation = isRemoval ? "NFT_MSG_DELSETELEM" : "NFT_MSG_NEWSETELEM"
            let flags = isRemoval ? 0 : NLM_F_CREATE | NLM_F_EXCL
            add(operation, type, set, flags: flags, capacity: 512 + 384 * part.count) {
                $0.put(NFTA_SET_ELEM_LIST_TABLE.rawValue, table)
                $0.put(NFTA_SET_ELEM_LIST_SET.rawValue, set)
                $0.nest(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue) { list in
                    for element in part { element.put(into: &list, isRemoval: isRemoval) }
                }
            }
        }
    }

    /// Removes the rules of a chain.
    mutating func flush(chain: String) {
        let table = layout.table
        add("NFT_MSG_DELRULE", NFT_MSG_DELRULE, chain, flags: 0) {
            $0.put(NFTA_RULE_TABLE.rawValue, table)
            $0.put(NFTA_RULE_CHAIN.rawValue, chain)
        }
    }

    /// Removes a chain with its rules. One that a rule still jumps to fails the transaction with EBUSY.
    mutating func remove(chain: String) {
        let table = layout.table
        flush(chain: chain)
        add("NFT_MSG_DELCHAIN", NFT_MSG_DELCHAIN, chain, flags: 0) {
            $0.put(NFTA_CHAIN_TABLE.rawValue, table)
            $0.put(NFTA_CHAIN_NAME.rawValue, chain)
        }
    }

    /// Adds a rule. The kernel tells its handle with the commit.
    mutating func add(_ rule: FirewallRule) {
        let table = layout.table
        var numbers: [Int: UInt32] = [:]
        for (index, expression) in rule.expressions.enumerated() {
            guard case .oneOf(_, let field, let values) = expression else { continue }
            numbers[index] = makeUnnamedSet(field, values)
        }
        let flags = NLM_F_CREATE | NLM_F_ECHO | (rule.goesFirst ? 0 : NLM_F_APPEND)
        add("NFT_MSG_NEWRULE", NFT_MSG_NEWRULE, rule.chain, flags: flags) {
            $0.put(NFTA_RULE_TABLE.rawValue, table)
            $0.put(NFTA_RULE_CHAIN.rawValue, rule.chain)
            $0.nest(NFTA_RULE_EXPRESSIONS.rawValue) { list in
                for (index, expression) in rule.expressions.enumerated() {
                    expression.put(into: &list, set: numbers[index] ?? 0)
                }
            }
        }
    }

    /// Removes a rule. One that is not there fails the transaction with ENOENT.
    mutating func remove(_ rule: FirewallRuleHandle) {
        let table = layout.table
        add("NFT_MSG_DELRULE", NFT_MSG_DELRULE, rule.chain, flags: 0) {
            $0.put(NFTA_RULE_TABLE.rawValue, table)
            $0.put(NFTA_RULE_CHAIN.rawValue, rule.chain)
            $0.put(NFTA_RULE_HANDLE.rawValue, network: rule.handle)
        }
    }

    private mutating func makeUnnamedSet(_ field: FirewallSet.Field, _ values: [[UInt8]]) -> UInt32 {
        let table = layout.table
        unnamedSets += 1
        // Behind the numbers of the sets with names.
        let number = UInt32(FirewallSet.allCases.count) + unnamedSets
        add("NFT_MSG_NEWSET", NFT_MSG_NEWSET, "a set without a name") {
            $0.put(NFTA_SET_TABLE.rawValue, table)
            $0.put(NFTA_SET_NAME.rawValue, FirewallExpression.unnamedSet)
            $0.put(NFTA_SET_FLAGS.rawValue, network: NFT_SET_ANONYMOUS.rawValue | NFT_SET_CONSTANT.rawValue)
            $0.put(NFTA_SET_KEY_TYPE.rawValue, network: field.type)
            $0.put(NFTA_SET_KEY_LEN.rawValue, network: UInt32(field.size))
            $0.put(NFTA_SET_ID.rawValue, network: number)
        }
        add("NFT_MSG_NEWSETELEM", NFT_MSG_NEWSETELEM, "a set without a name") {
            $0.put(NFTA_SET_ELEM_LIST_TABLE.rawValue, table)
            $0.put(NFTA_SET_ELEM_LIST_SET.rawValue, FirewallExpression.unnamedSet)
            $0.put(NFTA_SET_ELEM_LIST_SET_ID.rawValue, network: number)
            $0.nest(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue) { list in
                for value in values {
                    list.nest(NFTA_LIST_ELEM.rawValue) { entry in
                        entry.nest(NFTA_SET_ELEM_KEY.rawValue) { $0.put(NFTA_DATA_VALUE.rawValue, bytes: value) }
                    }
                }
            }
        }
        return number
    }

    private mutating func add(
        _ operation: String,
        _ type: nf_tables_msg_types,
        _ subject: String,
        flags: Int32 = NLM_F_CREATE,
        capacity: Int = 4096,
        _ body: (inout NetlinkMessageBuilder) -> Void
    ) {
        var message = NetlinkMessageBuilder(tables: type, layout.family, flags: flags, capacity: capacity)
        body(&message)
        messages.append(message.request(operation, subject))
    }
}

extension NetlinkMessageBuilder {
    /// Begins a message to nf_tables about a family of tables.
    init(
        tables type: nf_tables_msg_types,
        _ family: FirewallLayout.Family,
        flags: Int32 = 0,
        capacity: Int = 4096
    ) {
        self.init(type: UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(type.rawValue), flags: flags, capacity: capacity)
        append(nfgenmsg(nfgen_family: family.rawValue, version: UInt8(NFNETLINK_V0), res_id: 0))
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
