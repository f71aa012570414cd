import AgentAPI
import AgentServer
import JSONCoding
import Linux
import PodEngine

/// A command in a container with its streams on a connection.
struct ExecStreamSession: StreamSession {
    private enum Event: Sendable {
        case clientGone
        case exited(Int32)
        case outputEnded
        case drained
    }

    /// How long output is read after the end of the command while others hold it open.
    private static let drainTime = Duration.seconds(1)
    /// Bytes that are read at once.
    private static let piece = 64 << 10

    /// Starts the command. Called once, when the client is there.
    let start: @Sendable () async throws(ContainerFailure) -> MonitoredExecStream

    var kind: StreamKind { .process(greeting: StreamFrame.Channel.output) }

    func run(_ client: StreamClient) async {
        var stream: MonitoredExecStream
        do throws(ContainerFailure) { stream = try await start() } catch {
            return await StreamStatus.failed(error.message).tell(client)
        }
        let input = ClientInput(stream)
        // The pump alone has it: when that lets go, the command has read all.
        stream.input = nil
        let code = await follow(stream, input, client)
        guard let code else { return await stream.program.hangUp() }
        await StreamStatus(exitCode: code).tell(client)
    }

    /// The exit code, when all output has been taken; nil where the client was gone before.
    private func follow(_ stream: MonitoredExecStream, _ input: ClientInput, _ client: StreamClient) async -> Int32? {
        let (output, error, program) = (stream.output, stream.error, stream.program)
        let hasTerminal = stream.terminal != nil
        return await withTaskGroup(of: Event.self) { group in
            group.addTask {
                await input.pump(client)
                return .clientGone
            }
            group.addTask { await Self.pump(output, StreamFrame.Channel.output, client) }
            // A terminal has one output; what the runtime says is shown there too.
            group.addTask {
                await Self.pump(error, hasTerminal ? StreamFrame.Channel.output : StreamFrame.Channel.error, client)
            }
            group.addTask { .exited((try? await program.waitForEnd()) ?? 255) }
            let code = await follow(&group, output, error)
            group.cancelAll()
            return code
        }
    }

    private func follow(_ group: inout TaskGroup<Event>, _ output: ByteReader, _ error: ByteReader) async -> Int32? {
        var code: Int32?
        var open = 2
        for await event in group {
            switch event {
            case .clientGone: return nil
            case .outputEnded: open -= 1
            case .drained:
                output.finish()
                error.finish()
            case .exited(let status):
                // Cancelled, and not ended.
                if Task.isCancelled { return nil }
                code = status
                group.addTask {
                    try? await Task.sleep(for: Self.drainTime)
                    return .drained
                }
            }
            if let code, open == 0 { return code }
        }
        return nil
    }

    /// Gives output to the client as it takes it.
    private static func pump(_ reader: ByteReader, _ channel: UInt8, _ client: StreamClient) async -> Event {
        do {
            while true {
                let bytes = try await reader.read(atMost: piece)
                if bytes.isEmpty { return .outputEnded }
                try await client.send(bytes, on: channel)
            }
        } catch is SystemError {
            // The pipe broke: that was all.
            return .outputEnded
        } catch {
            return .clientGone
        }
    }
}
