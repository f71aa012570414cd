import AgentAPI
import AgentEvents
import Synchronization

extension NodeMethods {
    /// Watches of everything but pods.
    func addWatches(to router: inout MethodRouter) {
        let backend = backend
        router.serve(AgentMethods.workloadWatch) { call async throws(Fault) in
            let request = call.parameters
            return try await ListWatching<WorkloadDetail>(signs: { backend.stirrings() }) { () async throws(Fault) in
                try await backend.listWorkloads(request).items
            }.start(call)
        }
        router.serve(AgentMethods.objectWatch) { call async throws(Fault) in
            let request = call.parameters
            return try await ListWatching<ObjectDetail>(signs: { backend.stirrings() }) { () async throws(Fault) in
                try await backend.listObjects(request).items
            }.start(call)
        }
        router.serve(AgentMethods.imageWatch) { call async throws(Fault) in
            try await ListWatching<ImageSummary>(signs: { backend.events.signs(of: [.image]) }) { () async throws(Fault) in
                try await backend.listImages().items
            }.start(call)
        }
        router.serve(AgentMethods.networkWatch) { call async throws(Fault) in
            // A pod that is gone has given its addresses back.
            try await ListWatching<NetworkSummary>(signs: { backend.events.signs(of: [.network, .pod]) }) { () async throws(Fault) in
                try await backend.listNetworks().items
            }.start(call)
        }
    }
}

extension EventRing {
    /// An element for events about these from now on: one for all that have come since the last was taken.
    func signs(of subjects: Set<NodeEvent.Subject>) -> AsyncStream<Void> {
        let place = Place(latest)
        return AsyncStream {
            while !Task.isCancelled {
                await self.wait(after: place.cursor)
                let batch = self.read(after: place.cursor, where: { subjects.contains($0.subject) })
                place.cursor = batch.cursor
                // What is not kept any more may have been one.
                if !batch.events.isEmpty || batch.hasMissed { return Task.isCancelled ? nil : () }
            }
            return nil
        }
    }
}

/// How far the reader of a stream has come; one reader, and yet the stream's closure must be sendable.
private final class Place: Sendable {
    private let number: Mutex<Int64>

    init(_ number: Int64) { self.number = Mutex(number) }

    var cursor: Int64 {
        get { number.withLock { $0 } }
        set { number.withLock { $0 = newValue } }
    }
}
