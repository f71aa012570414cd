import JSONCoding
import JSONRPC

/// The parameters of `subscription.event`: the next events of a subscription.
public struct SubscriptionEvents<Event: APIValue>: Codable, Sendable {
    public var subscription: String
    /// The number of the first of these events; the first of a subscription is 1. Dropped events are counted, so that a
    /// gap shows.
    public var seq: Int64
    public var events: [Event]
    /// How many events before these were dropped because the reader was slow. Present where there are any.
    public var dropped: Int64?

    public init(subscription: String, seq: Int64, events: [Event], dropped: Int64? = nil) {
        self.subscription = subscription
        self.seq = seq
        self.events = events
        self.dropped = dropped
    }
}

/// The parameters of `subscription.end`, the last notification of a subscription.
public struct SubscriptionEnd: Sendable, Hashable {
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// There is no more to tell: the container has ended.
        case completed = "Completed"
        /// The client asked for it.
        case cancelled = "Cancelled"
        case failed = "Failed"
        case shuttingDown = "ShuttingDown"
    }

    public var subscription: String
    public var reason: Reason
    /// With `Failed`.
    public var fault: Fault?

    public init(subscription: String, reason: Reason, fault: Fault? = nil) {
        self.subscription = subscription
        self.reason = reason
        self.fault = fault
    }

    public var node: JSONNode {
        var members = [
            JSONNode.Member(key: "subscription", value: JSONNode(subscription)),
            JSONNode.Member(key: "reason", value: JSONNode(reason.rawValue)),
        ]
        if let error = fault?.rpcError {
            var parts: [JSONNode.Member] = [
                JSONNode.Member(key: "code", value: JSONNode(error.code)),
                JSONNode.Member(key: "message", value: JSONNode(error.message)),
            ]
            if let data = error.data { parts.append(JSONNode.Member(key: "data", value: data)) }
            members.append(JSONNode.Member(key: "error", value: JSONNode(.object(parts))))
        }
        return JSONNode(.object(members))
    }

    /// Reads the parameters of a notification; nil where they are none.
    public init?(_ node: JSONNode) {
        guard let subscription = node["subscription"]?.stringValue,
            let reason = node["reason"]?.stringValue.flatMap(Reason.init)
        else { return nil }
        var fault: Fault?
        if let error = node["error"], let code = error["code"]?.integerValue,
            let message = error["message"]?.stringValue
        {
            fault = Fault(RPCError(code: Int(code), message: message, data: error["data"]))
        }
        self.init(subscription: subscription, reason: reason, fault: fault)
    }
}

/// The parameters of `rpc.progress`: how far a call is that was made with `params._meta.progressToken`.
public struct ProgressNotice<Value: APIValue>: Codable, Sendable {
    public var token: String
    public var value: Value

    public init(token: String, value: Value) {
        self.token = token
        self.value = value
    }
}

/// The result of a method that starts a subscription.
public struct SubscriptionStarted: APIValue, Hashable {
    /// Names the subscription in its notifications and in `subscription.cancel`.
    public var subscription: String

    public init(subscription: String) {
        self.subscription = subscription
    }

    public static let schema = Schema.named(
        "SubscriptionStarted",
        .object([.required("subscription", .string, "Names the subscription in its notifications.")])
    )
}

/// The parameters of `subscription.cancel`.
public struct SubscriptionCancelRequest: APIValue, Hashable {
    public var subscription: String

    public init(subscription: String) {
        self.subscription = subscription
    }

    public static let schema = Schema.object([
        .required("subscription", .string, "The subscription, one of this connection.")
    ])
}

/// The result of methods that have nothing to say but that they worked.
public struct Acknowledgement: APIValue, Hashable {
    public init() {}

    public static let schema = Schema.named("Acknowledgement", .object([]))
}
