import ImageStore
import Linux
import OCISpec

/// Layers of steps by what they were made from: the layers below and all that the step depends on.
struct BuildCache: Sendable {
    private static let prefix = "build-"
    private static let lifetime: Int64 = 30 * 24 * 3600
    let store: ImageStore

    /// What a step made.
    struct Entry: Sendable {
        /// Nil where it changed nothing.
        var layer: BuiltLayer?
        var created: String
    }

    static func key(_ parts: [String]) -> String {
        Digest.sha256(of: parts.flatMap { Array("\($0.utf8.count):\($0)\n".utf8) }).hex
    }

    func find(_ key: String) throws -> Entry? {
        guard let lease = try store.lease(Self.prefix + key), let created = lease.notes["created"] else { return nil }
        try store.touchLease(Self.prefix + key)
        return Entry(layer: lease.layers.last, created: created)
    }

    func store(_ entry: Entry, as key: String) throws {
        let lease = Lease(layers: entry.layer.map { [$0] } ?? [], notes: ["created": entry.created])
        try store.setLease(lease, as: Self.prefix + key)
    }

    /// Forgets what nobody used for a month, or for so many seconds; answers how many entries that were.
    @discardableResult
    func prune(now: Int64, unusedFor seconds: Int64 = lifetime) throws -> Int {
        var count = 0
        for (name, used) in try store.allLeases() where name.hasPrefix(Self.prefix) && used <= now - seconds {
            try store.removeLease(name)
            count += 1
        }
        return count
    }
}
