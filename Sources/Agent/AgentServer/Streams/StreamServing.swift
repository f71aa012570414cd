import AgentAPI
import NIOCore

/// A connection that has become a stream.
struct StreamServing: Sendable {
    typealias Channel = NIOAsyncChannel<StreamFrame, StreamFrame>

    /// How long a client that was told the end may take to close its side.
    static let patience = Duration.seconds(2)

    let session: any StreamSession

    /// Runs the session. The end of the connection cancels it.
    func run(
        _ channel: Channel,
        peer: Peer,
        limits: ServerConfiguration.Limits,
        register: (Connection) -> Void
    ) async throws {
        try await channel.executeThenClose { inbound, outbound in
            let frames = StreamInput(inbound)
            let client = StreamClient(
                receiving: { try await frames.next() },
                sending: { try await outbound.write($0) }
            )
            let session = session
            // A task of its own: the connection's end reaches it from the event loop.
            let work = Task {
                if case .process(let greeting) = session.kind { try? await client.send([], on: greeting) }
                await session.run(client)
            }
            let connection = Connection(peer: peer, callsInFlight: limits.callsInFlight)
            // As a call under way it keeps the connection from being idle.
            _ = connection.begin(nil) { work.cancel() }
            register(connection)
            channel.channel.closeFuture.whenComplete { _ in connection.close() }
            await withTaskCancellationHandler {
                await work.value
            } onCancel: {
                work.cancel()
            }
            outbound.finish()
            await drain(channel.channel)
        }
    }

    /// Waits until the client has taken all that was said, however slowly it reads, and then for its end: closing before would cut
    /// off the former, and show as an error at its end.
    ///
    /// Not by reading on: the session's reader was cancelled, and with it the sequence has ended.
    private func drain(_ channel: any NIOCore.Channel) async {
        do {
            try await channel.close(mode: .output).get()
        } catch ChannelError.outputClosed {
            // All had been taken when we asked.
        } catch {
            // The client is gone: there is nothing to wait for.
            return
        }
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        channel.closeFuture.whenComplete { _ in end.finish() }
        let timeout = channel.eventLoop.scheduleTask(in: TimeAmount(Self.patience)) { end.finish() }
        for await _ in ends {}
        timeout.cancel()
    }
}

/// The frames of a client, one reader at a time.
final class StreamInput: @unchecked Sendable {
    // Not checked by the compiler: the iterator is of one task at a time, which `StreamClient.receive` asks for.
    private var iterator: NIOAsyncChannelInboundStream<StreamFrame>.AsyncIterator

    init(_ stream: NIOAsyncChannelInboundStream<StreamFrame>) {
        iterator = stream.makeAsyncIterator()
    }

    func next() async throws -> StreamFrame? {
        try await iterator.next()
    }
}
