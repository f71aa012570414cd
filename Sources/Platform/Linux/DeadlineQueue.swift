/// Tokens in the order of their deadlines: a binary heap. Tokens are not taken out early; whoever takes one asks whether it
/// still stands for anything.
package struct DeadlineQueue: Sendable {
    private var heap: [(deadline: Monotonic, token: UInt64)] = []

    package init() {}

    /// The earliest of all.
    package var first: (deadline: Monotonic, token: UInt64)? { heap.first }

    package mutating func add(_ token: UInt64, at deadline: Monotonic) {
        heap.append((deadline, token))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].deadline < heap[parent].deadline else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    package mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].deadline < heap[least].deadline {
                least = child
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
