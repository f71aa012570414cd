import AgentAPI

/// A stream that was prepared: what to do when its client comes.
///
/// A session must hold no descriptor, process or lock before `run`: most tokens are used, but one that is not just goes.
public protocol StreamSession: Sendable {
    /// Which channels there are, for the carrier.
    var kind: StreamKind { get }

    /// Serves the client until one of the two is done. The connection is closed when it returns.
    ///
    /// The client's end, the agent's shutdown included, cancels the task and makes `client.receive()` answer nil; what was
    /// started must be gone when it returns.
    func run(_ client: StreamClient) async
}

/// What a stream is made of.
public enum StreamKind: Sendable, Hashable {
    /// Channels of a process; the first that the client hears of is `greeting`: an empty message says that it is open.
    case process(greeting: UInt8)
    /// The channels 2i and 2i+1 of each port.
    case ports

    /// Subprotocols of WebSocket, the best first.
    var protocols: [String] {
        switch self {
        case .process: ["v5.channel.k8s.io", "v4.channel.k8s.io"]
        case .ports: ["v4.channel.k8s.io"]
        }
    }
}

/// The client of a stream, whatever carries it.
public struct StreamClient: Sendable {
    private let receiving: @Sendable () async throws -> StreamFrame?
    private let sending: @Sendable (StreamFrame) async throws -> Void

    /// - Parameters:
    ///   - receiving: the next frame; nil at the client's end. One caller at a time.
    ///   - sending: suspends while the client does not read.
    public init(
        receiving: @escaping @Sendable () async throws -> StreamFrame?,
        sending: @escaping @Sendable (StreamFrame) async throws -> Void
    ) {
        self.receiving = receiving
        self.sending = sending
    }

    /// The next frame, or nil when the client is gone. One caller at a time.
    public func receive() async -> StreamFrame? {
        // A connection that broke is as good as one that was closed: there is nobody to tell.
        (try? await receiving()) ?? nil
    }

    /// Suspends while the client does not read. Throws when it is gone, or the task was cancelled.
    public func send(_ bytes: [UInt8], on channel: UInt8) async throws {
        try await sending(StreamFrame(channel, bytes))
    }

    /// Says that nothing more comes on a channel. Older clients do not hear it.
    public func close(_ channel: UInt8) async throws {
        try await sending(.closing(channel))
    }
}
