import AgentAPI
import AgentServer

/// Streams of a node without pods: exec echoes, the others fail.
extension FakeNode {
    package func openExec(_ request: PodExecStreamRequest) async throws(Fault) -> any StreamSession { EchoSession(node: self) }

    package func openAttach(_ request: PodAttachRequest) async throws(Fault) -> any StreamSession { FloodSession(node: self) }

    package func openPortForward(_ request: PodPortForwardRequest) async throws(Fault) -> any StreamSession {
        throw Fault(.notFound, "no pod", reason: "PodNotFound")
    }

    package func openCopyIn(_ request: PodCopyRequest) async throws(Fault) -> any StreamSession { EchoSession(node: self) }

    package func openCopyOut(_ request: PodCopyRequest) async throws(Fault) -> any StreamSession { FloodSession(node: self) }
}

/// Gives channel 0 back on channel 1; ends when that is closed.
private struct EchoSession: StreamSession {
    let node: FakeNode
    var kind: StreamKind { .process(greeting: StreamFrame.Channel.output) }

    func run(_ client: StreamClient) async {
        while let frame = await client.receive() {
            if frame.closedChannel == StreamFrame.Channel.input { break }
            guard frame.channel == StreamFrame.Channel.input else { continue }
            do { try await client.send(frame.bytes, on: StreamFrame.Channel.output) } catch { break }
        }
        node.state.withLock { $0.endedStreams += 1 }
    }
}

/// Writes for ever, and counts what the client took.
private struct FloodSession: StreamSession {
    let node: FakeNode
    var kind: StreamKind { .process(greeting: StreamFrame.Channel.output) }

    func run(_ client: StreamClient) async {
        let piece = [UInt8](repeating: 0x78, count: 64 << 10)
        while (try? await client.send(piece, on: StreamFrame.Channel.output)) != nil {
            node.state.withLock { $0.floodedBytes += piece.count }
        }
        node.state.withLock { $0.endedStreams += 1 }
    }
}
