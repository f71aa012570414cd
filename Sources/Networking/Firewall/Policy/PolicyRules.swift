import CNetlink
import NetworkSpec

/// The sets, chains and elements that a table of policies consists of.
struct PolicyRules: Sendable, Hashable {
    private(set) var sets: [PolicySet] = []
    private(set) var chains: [FirewallChain] = []
    /// By the set's name.
    private(set) var elements: [String: Set<PolicySet.Element>] = [:]

    private static let families: [IPAddress.Family] = [.v4, .v6]
    private static let register1 = NFT_REG_1.rawValue

    init(_ table: PolicyTable) {
        for family in Self.families {
            let addresses = PolicyTable.Direction.allCases
                .flatMap { (table.governed[$0] ?? [:]).keys }.filter { $0.family == family }
            add(
                PolicySet(name: Self.selves(family), kind: .selves, family: family),
                Set(addresses).map { .init(key: $0.bytes + $0.bytes) }
            )
        }
        for direction in PolicyTable.Direction.allCases { add(direction, of: table) }
    }

    private mutating func add(_ set: PolicySet, _ content: some Sequence<PolicySet.Element>) {
        sets.append(set)
        elements[set.name] = Set(content)
    }

    private mutating func add(_ direction: PolicyTable.Direction, of table: PolicyTable) {
        let governed = table.governed[direction] ?? [:]
        for family in Self.families {
            add(
                PolicySet(name: Self.verdicts(direction, family), kind: .verdicts, family: family),
                governed.filter { $0.key.family == family }.map {
                    .init(key: $0.key.bytes, chain: Self.chain(direction, $0.value))
                }
            )
        }
        // Before the packets of the pods' table are dropped or not: a verdict of either is one of both. First what goes out,
        // then what comes in.
        chains.append(
            FirewallChain(
                name: direction.rawValue,
                hook: .init(type: "filter", number: NF_INET_FORWARD.rawValue, priority: direction == .egress ? 5 : 6),
                rules: Self.common + Self.families.map { family in
                    FirewallChain.isFamily(isIPv4: family == .v4) + [
                        Self.address(direction == .egress, family, into: Self.register1),
                        .verdictFrom(map: Self.verdicts(direction, family), key: Self.register1),
                    ]
                }
            )
        )
        for (key, allowance) in table.allowances.sorted(by: { $0.key < $1.key }) where key.direction == direction {
            for family in Self.families { add(allowance, key, family) }
        }
        for policies in Set(governed.values).sorted(by: { $0.sorted().lexicographicallyPrecedes($1.sorted()) }) {
            let rules = policies.sorted().flatMap { policy in
                let key = PolicyTable.Key(direction, policy)
                return Self.families.flatMap { family in
                    PolicySet.Kind.filled(table.allowances[key], family).map { Self.allow(key, $0, family) }
                }
            }
            chains.append(
                FirewallChain(name: Self.chain(direction, policies), hook: nil, rules: rules + [[.verdict(NF_DROP)]])
            )
        }
    }

    private mutating func add(_ allowance: PolicyTable.Allowance, _ key: PolicyTable.Key, _ family: IPAddress.Family) {
        for kind in PolicySet.Kind.filled(allowance, family) {
            let set = PolicySet(name: Self.name(key, kind, family), kind: kind, family: family)
            if kind == .boxes {
                let boxes = allowance.boxes.filter { $0.addresses.lowerBound.family == family }
                add(set, TrafficBox.disjoint(boxes).map { .init($0) })
            } else {
                add(
                    set,
                    allowance.pods.filter { $0.key.family == family }.flatMap { pod, boxes in
                        TrafficBox.disjoint(boxes.filter { $0.addresses.lowerBound.family == family }).map { .init($0, pod: pod) }
                    }
                )
            }
        }
    }

    /// Answers and what belongs to them; how neighbours find each other on a link, without which there is no IPv6; and what a
    /// pod says to itself, by way of a host port.
    private static let common: [[FirewallExpression]] =
        [
            [
                .connection(key: NFT_CT_STATE, into: register1),
                .bits(register: register1, mask: established, flip: [0, 0, 0, 0]),
                .compare(register: register1, isEqual: false, to: [0, 0, 0, 0]),
                .verdict(NF_ACCEPT),
            ],
            FirewallChain.isFamily(isIPv4: false) + [
                .meta(key: NFT_META_L4PROTO, into: register1),
                .compare(register: register1, isEqual: true, to: [58]),
                // Type 133 (router solicitation) to 137 (redirect), RFC 4861.
                .payload(base: NFT_PAYLOAD_TRANSPORT_HEADER, offset: 0, length: 1, into: register1),
                .between(register: register1, first: [133], last: [137]),
                .verdict(NF_ACCEPT),
            ],
        ]
        + families.map { family in
            FirewallChain.isFamily(isIPv4: family == .v4) + [
                address(true, family, into: NFT_REG32_00.rawValue),
                address(false, family, into: NFT_REG32_00.rawValue + size(family) / 4),
                .inNamedSet(selves(family), key: NFT_REG32_00.rawValue),
                .verdict(NF_ACCEPT),
            ]
        }

    /// `NF_CT_STATE_BIT` of established and related, in both directions.
    private static let established = withUnsafeBytes(of: UInt32(0b110)) { Array($0) }

    private static func allow(_ key: PolicyTable.Key, _ kind: PolicySet.Kind, _ family: IPAddress.Family) -> [FirewallExpression] {
        let incoming = key.direction == .ingress
        let first = NFT_REG32_00.rawValue
        let step = size(family) / 4
        var expressions = FirewallChain.isFamily(isIPv4: family == .v4) + [address(incoming, family, into: first)]
        if kind == .podBoxes { expressions.append(address(!incoming, family, into: first + step)) }
        let rest = first + step * (kind == .podBoxes ? 2 : 1)
        return expressions + [
            .meta(key: NFT_META_L4PROTO, into: rest),
            .payload(base: NFT_PAYLOAD_TRANSPORT_HEADER, offset: 2, length: 2, into: rest + 1),
            .inNamedSet(name(key, kind, family), key: first),
            .verdict(NF_ACCEPT),
        ]
    }

    private static func size(_ family: IPAddress.Family) -> UInt32 { family == .v4 ? 4 : 16 }

    private static func address(_ isSource: Bool, _ family: IPAddress.Family, into register: UInt32) -> FirewallExpression {
        let offset: UInt32 = family == .v4 ? (isSource ? 12 : 16) : (isSource ? 8 : 24)
        return .payload(base: NFT_PAYLOAD_NETWORK_HEADER, offset: offset, length: size(family), into: register)
    }

    private static func digit(_ family: IPAddress.Family) -> String { family == .v4 ? "4" : "6" }
    private static func selves(_ family: IPAddress.Family) -> String { "selves\(digit(family))" }

    private static func verdicts(_ direction: PolicyTable.Direction, _ family: IPAddress.Family) -> String {
        "\(direction.rawValue)_pods\(digit(family))"
    }

    private static func name(_ key: PolicyTable.Key, _ kind: PolicySet.Kind, _ family: IPAddress.Family) -> String {
        limited("\(key.direction.rawValue)\(kind == .boxes ? "" : "_named")\(digit(family))/\(key.policy)")
    }

    /// The chain of all pods that these policies select.
    private static func chain(_ direction: PolicyTable.Direction, _ policies: Set<String>) -> String {
        limited("\(direction.rawValue)/" + policies.sorted().joined(separator: "_and_"))
    }

    /// A name that the kernel takes (255 bytes) and nft reads, which is the same text's and no other's: `_` is in no name of
    /// an object.
    private static func limited(_ name: String) -> String {
        guard name.utf8.count > 120 else { return name }
        let bits = [UInt64(0xcbf2_9ce4_8422_2325), 0x6c62_272e_07bb_0142].map { seed in
            String(name.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }, radix: 16)
        }
        return name.prefix(80) + "_" + bits.joined(separator: "_")
    }
}

extension PolicySet.Kind {
    /// The sets that an allowance needs of a family. One without elements is kept where there may be some: elements come and
    /// go with pods, and rules need not.
    fileprivate static func filled(_ allowance: PolicyTable.Allowance?, _ family: IPAddress.Family) -> [PolicySet.Kind] {
        guard let allowance else { return [] }
        return allowance.pods.isEmpty ? [.boxes] : [.boxes, .podBoxes]
    }
}
