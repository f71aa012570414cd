import AgentAPI
import AgentEvents

/// What can be seen of the node, beside its objects: what it uses, what happens on it, and pages for monitoring.
public protocol NodeObserving: Sendable {
    /// What happens on the node.
    var events: EventRing { get }

    /// All pods that fit, by namespace and name; `notFound` with reason `PodNotFound` where one is named that there is not.
    func measurePods(_ request: PodStatsRequest) async throws(Fault) -> PodStatsList

    /// `unavailable` where the machine does not tell.
    func measureNode() async throws(Fault) -> NodeStats

    /// A page for whoever may read; nil where there is none of this path.
    func page(_ request: PageRequest) async throws(Fault) -> Page?

    /// Takes note of a call: the method, nil or the code of its fault, and how long it took.
    func noteCall(_ method: String, _ fault: Fault.Code?, _ duration: Duration)
}

/// A page that is asked for by HTTP GET.
public struct PageRequest: Sendable, Hashable {
    /// `/metrics`, without a query.
    public var path: String
    /// The `Accept` header.
    public var accept: String?

    public init(path: String, accept: String? = nil) {
        self.path = path
        self.accept = accept
    }
}

/// A page as it goes out.
public struct Page: Sendable, Hashable {
    public var contentType: String
    public var body: [UInt8]

    public init(contentType: String, body: [UInt8]) {
        self.contentType = contentType
        self.body = body
    }
}
