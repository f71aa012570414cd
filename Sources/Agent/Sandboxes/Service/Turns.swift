import Synchronization

/// Lets those who change one sandbox or container do so one after the other, in the order in which they came. What only reads, and
/// what waits for a program's end, takes no turn.
final class Turns: Sendable {
    private let queues = Mutex<[String: [CheckedContinuation<Void, Never>]]>([:])

    func run<Result>(
        of key: String,
        _ body: () async throws(CRIFailure) -> Result
    ) async throws(CRIFailure) -> Result {
        await take(key)
        defer { pass(key) }
        return try await body()
    }

    private func take(_ key: String) async {
        await withCheckedContinuation { continuation in
            let isFree = queues.withLock { queues in
                guard queues[key] != nil else {
                    queues[key] = []
                    return true
                }
                queues[key]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func pass(_ key: String) {
        let next = queues.withLock { queues -> CheckedContinuation<Void, Never>? in
            guard var waiting = queues[key], !waiting.isEmpty else {
                queues[key] = nil
                return nil
            }
            let next = waiting.removeFirst()
            queues[key] = waiting
            return next
        }
        next?.resume()
    }
}
