import PodSpec

/// Who uses which claim, and who waits for one. No I/O.
package struct ClaimBook: Sendable {
    /// Namespace and name of a claim.
    package typealias Claim = PodName

    private var users: [Claim: Set<String>] = [:]
    private var waiting: [Claim: Set<String>] = [:]

    package init() {}

    /// Notes that a pod uses a claim; false where it has to wait because another one does.
    package mutating func use(_ claim: Claim, by uid: String, alone: Bool) -> Bool {
        if alone, users[claim].map({ !$0.subtracting([uid]).isEmpty }) ?? false {
            waiting[claim, default: []].insert(uid)
            return false
        }
        waiting[claim]?.remove(uid)
        users[claim, default: []].insert(uid)
        return true
    }

    /// Notes that a pod uses nothing any more; answers the pods that waited for what it has used.
    package mutating func release(_ uid: String) -> Set<String> {
        var woken: Set<String> = []
        for claim in Array(waiting.keys) { waiting[claim]?.remove(uid) }
        for claim in Array(users.keys) {
            guard users[claim]?.remove(uid) != nil else { continue }
            woken.formUnion(waiting.removeValue(forKey: claim) ?? [])
        }
        users = users.filter { !$0.value.isEmpty }
        waiting = waiting.filter { !$0.value.isEmpty }
        return woken
    }

    package func isUsed(_ claim: Claim) -> Bool { users[claim] != nil }
}
