import AgentAPI
import AgentServer
import Linux
import PodEngine

/// A client that has joined a container's own streams.
struct AttachSession: StreamSession {
    private enum Event: Sendable {
        case clientGone
        case outputEnded
    }

    let containers: EngineContainers
    let id: String
    let hasInput: Bool
    /// Whether the container still runs, asked when its output has ended.
    let isRunning: @Sendable () -> Bool

    var kind: StreamKind { .process(greeting: StreamFrame.Channel.output) }

    func run(_ client: StreamClient) async {
        let streams: MonitoredStreams
        do throws(ContainerFailure) { streams = try containers.attach(id) } catch {
            return await StreamStatus.failed(error.message).tell(client)
        }
        let output = streams.output
        let input = ClientInput(
            writer: hasInput ? streams.input : nil,
            isTerminal: false,
            piece: MonitoredStreams.inputPacket
        ) { [containers, id] shape in
            // Without a terminal there is nothing to resize.
            try? containers.resizeTerminal(id, shape)
        }
        let hasEnded = await withTaskGroup(of: Event.self) { group in
            group.addTask {
                await input.pump(client)
                return .clientGone
            }
            group.addTask { await Self.pump(output, client) }
            let first = await group.next()
            group.cancelAll()
            return first == .outputEnded
        }
        guard hasEnded else { return }
        if isRunning() {
            await StreamStatus.failed("the client did not read for too long and was cut off").tell(client)
        } else {
            await StreamStatus.success.tell(client)
        }
    }

    private static func pump(_ reader: ByteReader, _ client: StreamClient) async -> Event {
        do {
            while true {
                let packet = try await reader.read(atMost: MonitoredStreams.outputPacket)
                guard let stream = packet.first else { return .outputEnded }
                let channel = stream == MonitoredStreams.standardError ? StreamFrame.Channel.error : StreamFrame.Channel.output
                try await client.send(Array(packet.dropFirst()), on: channel)
            }
        } catch is SystemError {
            return .outputEnded
        } catch {
            return .clientGone
        }
    }
}
