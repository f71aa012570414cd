import AgentAPI
import JSONCoding
import NIOCore
import NIOHTTP1
import StatusPage

/// `/ui/live`: what happens to pods, and the node's events, as a stream of server-sent events (HTML, 9.2).
///
/// A page that comes is told of all pods and of the latest events, then of every change. One that comes back says with
/// `Last-Event-ID` what it has seen. A slow one gets the latest state of each pod, and is told when it has missed events.
struct LiveServing: Sendable {
    let backend: any NodeBackend

    /// So often something is said where nothing happens: a client that is gone is found out by it.
    private static let heartbeat = Duration.seconds(15)
    /// Events that go at once.
    private static let batch = 64

    typealias Writer = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

    /// Returns when the client is gone or the agent stops. The connection is to be closed then.
    func run(_ request: HTTPRequestHead, _ connection: Connection, _ writer: Writer) async throws {
        let pods = try await backend.watchPods(PodWatchRequest())
        var headers = HTTPHeaders(StatusPage.headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        headers.add(name: "Content-Type", value: "text/event-stream")
        headers.add(name: "Cache-Control", value: "no-store")
        headers.add(name: "X-Content-Type-Options", value: "nosniff")
        headers.add(name: "Connection", value: "close")
        try await writer.write(.head(HTTPResponseHead(version: request.version, status: .ok, headers: headers)))
        let seen = request.headers["Last-Event-ID"].first.flatMap { Int64($0) }
        // Counted as one: it is ended with the others when the agent stops, and a reader of it may be slow.
        let subscription = connection.makeSubscription()
        await subscription.run(send: { _ in }) { _, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await tell(pods, writer) }
                group.addTask { try await tellEvents(after: seen, writer) }
                group.addTask {
                    while true {
                        try await Task.sleep(for: Self.heartbeat)
                        try await write(":\n\n", writer)
                    }
                }
                // The first that ends, ends all: the client is gone.
                defer { group.cancelAll() }
                try await group.next()
            }
        }
        connection.remove(subscription)
        // Where the client is gone there is nobody who needs it.
        try? await writer.write(.end(nil))
    }

    private func tell(_ pods: AsyncStream<PodWatchEvent>, _ writer: Writer) async throws {
        let buffer = CoalescingBuffer<String, PodWatchEvent>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await event in pods { buffer.offer(PodWatching.key(of: event), event, merge: PodWatching.merge) }
                buffer.finish()
            }
            while let batch = await buffer.next(atMost: Self.batch) {
                try await write(batch.elements.map(Self.text).joined(), writer)
            }
            group.cancelAll()
        }
    }

    private static func text(_ event: PodWatchEvent) -> String {
        guard let pod = event.pod else { return message("synced", .null) }
        if event.type == .deleted { return message("gone", ["uid": JSONNode(pod.metadata.uid)]) }
        return message("pod", StatusDocument.pod(pod))
    }

    private func tellEvents(after seen: Int64?, _ writer: Writer) async throws {
        let events = backend.events
        var cursor = seen ?? .min
        var isFirst = seen == nil
        while !Task.isCancelled {
            var batch = events.read(after: cursor, limit: isFirst ? .max : Self.batch)
            // A page that has seen nothing yet has missed nothing, and shows the latest only.
            if isFirst { batch.events = Array(batch.events.suffix(StatusDocument.eventLimit)) }
            var text = batch.hasMissed && !isFirst ? Self.message("dropped", .null) : ""
            for event in batch.events { text += Self.message("happened", try JSON.node(from: event), id: event.seq) }
            isFirst = false
            cursor = batch.cursor
            if !text.isEmpty { try await write(text, writer) }
            await events.wait(after: cursor)
        }
    }

    /// JSON has no line ends in it: one line of data.
    private static func message(_ name: String, _ data: JSONNode, id: Int64? = nil) -> String {
        let text = String(decoding: JSON.serialize(data), as: UTF8.self)
        return (id.map { "id: \($0)\n" } ?? "") + "event: \(name)\ndata: \(text)\n\n"
    }

    private func write(_ text: String, _ writer: Writer) async throws {
        try await writer.write(.body(.byteBuffer(ByteBuffer(string: text))))
    }
}
