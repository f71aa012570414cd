import CNetlink
import Netlink

/// A rule of a chain.
public struct FirewallRule: Sendable, Hashable {
    /// The chain that it is in.
    public let chain: String
    let expressions: [FirewallExpression]
    /// Whether it goes before the rules that are there, not behind them.
    let goesFirst: Bool

    init(chain: String, _ expressions: [FirewallExpression], goesFirst: Bool = false) {
        (self.chain, self.expressions, self.goesFirst) = (chain, expressions, goesFirst)
    }
}

/// The number by which the kernel knows a rule, as long as its table lives.
public struct FirewallRuleHandle: Sendable, Hashable {
    /// The chain that the rule is in.
    public var chain: String
    /// Unique within the table, and not used again.
    public var handle: UInt64

    /// Names a rule.
    public init(chain: String, handle: UInt64) {
        (self.chain, self.handle) = (chain, handle)
    }
}

/// A rule as the kernel has it.
struct InstalledRule {
    let handle: FirewallRuleHandle
    private let expressions: [NetlinkAttributes.Attribute]

    /// Reads an NFT_MSG_NEWRULE message.
    init?(_ reply: NetlinkReply) {
        guard reply.type & 255 == UInt16(NFT_MSG_NEWRULE.rawValue) else { return nil }
        let attributes = reply.attributes(after: 4)
        guard let chain = attributes.first(NFTA_RULE_CHAIN.rawValue)?.text,
            let number = attributes.first(NFTA_RULE_HANDLE.rawValue)?.number(UInt64.self)?.bigEndian
        else { return nil }
        handle = FirewallRuleHandle(chain: chain, handle: number)
        expressions = attributes.first(NFTA_RULE_EXPRESSIONS.rawValue).map { Array($0.nested) } ?? []
    }

    /// Whether it ends with a jump to one of the chains.
    func jumps(toOneOf chains: [String]) -> Bool {
        guard !chains.isEmpty, let last = expressions.last?.nested,
            let verdict = last.first(NFTA_EXPR_DATA.rawValue)?.nested.first(NFTA_IMMEDIATE_DATA.rawValue)?
                .nested.first(NFTA_DATA_VERDICT.rawValue)?.nested,
            let chain = verdict.first(NFTA_VERDICT_CHAIN.rawValue)?.text
        else { return false }
        return chains.contains(chain)
    }

    /// Whether it does what a rule of ours would do, whoever made it: what we would say of each expression is there.
    func matches(_ rule: FirewallRule) -> Bool {
        guard handle.chain == rule.chain, expressions.count == rule.expressions.count else { return false }
        return zip(rule.expressions, expressions).allSatisfy { wanted, there in
            var message = NetlinkMessageBuilder(type: 0)
            wanted.put(into: &message)
            // Behind the header of 16 bytes, one attribute.
            let attributes = NetlinkAttributes(message.request("", "").bytes.dropFirst(16))
            guard let own = attributes.first(NFTA_LIST_ELEM.rawValue) else { return false }
            if case .oneOf = wanted {
                // The set has got another name.
                return there.nested.first(NFTA_EXPR_NAME.rawValue)?.text == "lookup"
            }
            return Self.isPart(own, of: there)
        }
    }

    private static func isPart(_ own: NetlinkAttributes.Attribute, of there: NetlinkAttributes.Attribute) -> Bool {
        if own.bytes == there.bytes { return true }
        guard own.isNested else { return false }
        return own.nested.allSatisfy { part in
            there.nested.first(part.type).map { isPart(part, of: $0) } ?? false
        }
    }
}
