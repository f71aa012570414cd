import NetworkSpec

/// How many of something there may be at once: of all, and of one client, so that none takes all of them.
struct SourceQuota {
    private let limit: Int
    private let limitOfSource: Int
    private var count = 0
    private var countOfSource: [IPAddress: Int] = [:]

    init(limit: Int, limitOfSource: Int) {
        self.limit = limit
        self.limitOfSource = limitOfSource
    }

    /// Whether a client may have one more.
    func allows(_ source: IPAddress) -> Bool { count < limit && countOfSource[source, default: 0] < limitOfSource }

    /// A client has one more.
    mutating func take(_ source: IPAddress) {
        count += 1
        countOfSource[source, default: 0] += 1
    }

    /// A client has one less. Clients that have none are forgotten.
    mutating func release(_ source: IPAddress) {
        count -= 1
        if countOfSource[source] == 1 { countOfSource[source] = nil } else { countOfSource[source]? -= 1 }
    }
}
