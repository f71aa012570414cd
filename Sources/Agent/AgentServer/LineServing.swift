import AgentAPI
import JSONRPC
import NIOCore

/// A connection that speaks newline-delimited JSON.
///
/// It is read, and its calls are begun, on the thread of its event loop; handlers that wait, and what follows an answer, run on
/// Swift's pool.
struct LineServing: Sendable {
    /// In bytes. A longer message is read on the pool.
    private static let longLine = 64 << 10

    let dispatcher: MethodRouter.Dispatcher

    /// Serves until the client has said its last and everything is answered, or is gone.
    func run(
        _ channel: NIOAsyncChannel<LineHandler.Arrival, ByteBuffer>,
        peer: Peer,
        limits: ServerConfiguration.Limits,
        register: (Connection) -> Void
    ) async throws {
        try await withTaskExecutorPreference(LoopExecutor(channel.channel.eventLoop)) {
            try await serve(channel, peer: peer, limits: limits, register: register)
        }
    }

    private func serve(
        _ channel: NIOAsyncChannel<LineHandler.Arrival, ByteBuffer>,
        peer: Peer,
        limits: ServerConfiguration.Limits,
        register: (Connection) -> Void
    ) async throws {
        try await channel.executeThenClose { inbound, _ in
            let writer = LineWriter(channel.channel)
            let connection = Connection(peer: peer, callsInFlight: limits.callsInFlight) { bytes in
                try await writer.write(bytes)
            }
            register(connection)
            // A client that is gone altogether (not only half closed) cancels what it asked for.
            channel.channel.closeFuture.whenComplete { _ in connection.close() }
            try await withThrowingDiscardingTaskGroup { group in
                for try await arrival in inbound {
                    switch arrival {
                    case .line(let line):
                        await connection.admit()
                        group.addImmediateTask { await serve(line, connection, writer) }
                    case .tooLong(let limit):
                        let error = RPCError.invalidRequest("a message is longer than \(limit) bytes")
                        try await writer.write(RPCCodec.encodeResponse(id: nil, outcome: .failure(error)))
                        // The place in the stream is lost, and with it the connection.
                        connection.close()
                        return
                    }
                }
            }
        }
    }

    private func serve(_ line: [UInt8], _ connection: Connection, _ writer: LineWriter) async {
        let reply = await respond(to: line, connection)
        do {
            if let bytes = reply.bytes { try await connection.write { try await writer.write(bytes) } }
        } catch {
            // The client is gone: there is nobody to tell, and no subscription to start.
            connection.leave()
            return
        }
        connection.leave()
        await withDiscardingTaskGroup { group in
            for followUp in reply.followUps {
                group.addTask(executorPreference: globalConcurrentExecutor) { await followUp() }
            }
        }
    }
}

extension LineServing {
    private func respond(to line: [UInt8], _ connection: Connection) async -> RPCReply {
        let context = CallContext(connection: connection)
        guard line.count > LineServing.longLine else { return await dispatcher.respond(to: line, context: context) }
        // What is long to read would keep the others' bytes waiting.
        return await withTaskExecutorPreference(globalConcurrentExecutor) {
            await dispatcher.respond(to: line, context: context)
        }
    }
}

/// Writes lines, each with its newline.
struct LineWriter: Sendable {
    private let channel: any Channel

    init(_ channel: any Channel) { self.channel = channel }

    /// Suspends until the kernel has taken the line: a client that does not read holds its caller up, and what has been written
    /// is not lost when the connection is closed behind it.
    func write(_ bytes: [UInt8]) async throws {
        var buffer = channel.allocator.buffer(capacity: bytes.count + 1)
        buffer.writeBytes(bytes)
        buffer.writeInteger(UInt8(ascii: "\n"))
        try await channel.writeAndFlush(buffer).get()
    }
}
