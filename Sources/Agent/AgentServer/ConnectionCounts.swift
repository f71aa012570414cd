/// How many connections there are, by the place that they came in by and by whose they are.
struct ConnectionCounts {
    private var byListener: [Int: Int] = [:]
    private var byOwner: [Peer.Owner: Int] = [:]

    /// Counts a new connection in; false where its listener has `limit` of them already. It is to leave either way.
    mutating func enter(listener: Int, atMost limit: Int) -> Bool {
        byListener[listener, default: 0] += 1
        return byListener[listener, default: 0] <= limit
    }

    /// The same, once it is known whose it is.
    mutating func enter(_ owner: Peer.Owner, atMost limit: Int) -> Bool {
        byOwner[owner, default: 0] += 1
        return byOwner[owner, default: 0] <= limit
    }

    mutating func leave(listener: Int) {
        byListener[listener, default: 1] -= 1
    }

    mutating func leave(_ owner: Peer.Owner) {
        let rest = byOwner[owner, default: 1] - 1
        // Users come and go: nothing is kept of those who have no connection.
        byOwner[owner] = rest > 0 ? rest : nil
    }
}
