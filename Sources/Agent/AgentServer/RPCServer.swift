import AgentAPI
import CRISpec
import Glibc
import JSONRPC
import Linux
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// The agent's RPC on its two Unix sockets, and on a TCP port where one is configured.
///
/// One event loop thread moves the bytes; handlers run on Swift's pool. A connection's trouble stays its own.
public final class RPCServer: Sendable {
    private struct State {
        var listeners: [any Channel] = []
        /// Listeners so far.
        var made = 0
        var connections: [ObjectIdentifier: (connection: Connection?, channel: any Channel)] = [:]
        var counts = ConnectionCounts()
        var isDraining = false
    }

    let configuration: ServerConfiguration
    let lines: LineServing
    let http: HTTPServing
    let tokens: StreamTokens
    let log: Logger
    private let audit: AuditLog
    private let group: MultiThreadedEventLoopGroup
    private let sockets: Mutex<[ListeningSocketOwner]>
    private let state = Mutex(State())
    /// The root of the connections' tasks, and what keeps the sockets' names meanwhile.
    private let tasks: Mutex<(serving: Task<Void, Never>, keeping: Task<Void, Never>)?> = Mutex(nil)

    private init(
        configuration: ServerConfiguration,
        backend: any NodeBackend,
        cri: (any CRI.Services)?,
        version: VersionInfo,
        log: Logger,
        sockets: [ListeningSocketOwner]
    ) {
        self.configuration = configuration
        self.log = log
        audit = AuditLog(log)
        self.sockets = Mutex(sockets)
        let tokens = StreamTokens()
        self.tokens = tokens
        var router = NodeMethods(backend: backend, version: version).router()
        StreamMethods(backend: backend, tokens: tokens).add(to: &router)
        CRIServing(services: cri, tokens: tokens).add(to: &router)
        let dispatcher = MethodRouter.Dispatcher(
            handlers: audit.watching(router.handlers),
            codec: RPCCodec(limits: configuration.limits.codec)
        )
        lines = LineServing(dispatcher: dispatcher)
        http = HTTPServing(dispatcher: dispatcher, backend: backend)
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    }

    /// The TCP port, as the kernel gave it; nil where nothing listens on TCP.
    package var tcpPort: Int? {
        state.withLock { $0.listeners }.lazy.compactMap { $0.localAddress?.port }.first
    }

    /// Listens on both sockets, and on TCP where that is configured, and serves until `shutdown`. When it returns, clients can connect.
    ///
    /// - Parameter inherited: sockets of somebody else's making; a kind of which there are some is not made.
    public static func start(
        _ configuration: ServerConfiguration,
        inherited: InheritedSockets = InheritedSockets(),
        backend: any NodeBackend,
        cri: (any CRI.Services)? = nil,
        version: VersionInfo = .current,
        log: Logger
    ) async throws -> RPCServer {
        var own: [ListeningSocketOwner] = []
        if inherited.main.isEmpty {
            let socket = try ListeningSocket(path: configuration.socketPath, group: configuration.group)
            own.append(ListeningSocketOwner(socket, role: .main(groupIsAdmin: configuration.group != nil)))
        }
        if inherited.readOnly.isEmpty {
            let socket = try ListeningSocket(path: configuration.readOnlySocketPath, group: configuration.readOnlyGroup)
            own.append(ListeningSocketOwner(socket, role: .readOnly))
        }
        let server = RPCServer(
            configuration: configuration,
            backend: backend,
            cri: cri,
            version: version,
            log: log,
            sockets: own
        )
        do {
            var accepting: [Listener] = []
            var kept: [(socket: ListeningSocketOwner, listener: Listener)] = []
            for socket in own { kept.append((socket, try await server.accept(socket))) }
            for (socket, role) in try inherited.copies() { accepting.append(try await server.accept(socket, role)) }
            if let tcp = configuration.tcp { accepting.append(try await server.accept(tcp)) }
            accepting += kept.map(\.listener)
            server.serve(accepting, keeping: kept)
            for socket in own { try socket.publish() }
        } catch {
            await server.shutdown()
            throw error
        }
        return server
    }

    /// Stops accepting, ends subscriptions, lets calls under way finish for a while, closes everything and removes the
    /// sockets. A second call does nothing.
    public func shutdown() async {
        let (isFirst, listeners, connections) = state.withLock { state in
            defer { state.isDraining = true }
            return (!state.isDraining, state.listeners, Array(state.connections.values))
        }
        guard isFirst else { return }
        let tasks = tasks.withLock { $0.take() }
        tasks?.keeping.cancel()
        for listener in listeners { listener.close(promise: nil) }
        for (connection, channel) in connections { drain(connection, channel) }
        if let task = tasks?.serving {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await task.value }
                group.addTask { [limits = configuration.limits] in
                    // Cancelled when all is done in time.
                    guard (try? await Task.sleep(for: limits.drain)) != nil else { return }
                    task.cancel()
                }
                await group.next()
                group.cancelAll()
            }
        }
        for socket in sockets.withLock({ sockets in
            defer { sockets = [] }
            return sockets
        }) {
            do throws(SystemError) { try socket.remove() } catch {
                log.warning("a socket is left behind", metadata: ["error": "\(error)"])
            }
        }
        do { try await group.shutdownGracefully() } catch {
            log.warning("the event loop did not end", metadata: ["error": "\(error)"])
        }
    }

    /// Serves these until `shutdown`, and whatever takes the place of a socket of our own that has lost its name.
    private func serve(_ listeners: [Listener], keeping kept: [(socket: ListeningSocketOwner, listener: Listener)]) {
        let (successors, continuation) = AsyncStream.makeStream(of: Listener.self)
        let keeping = Task {
            await withDiscardingTaskGroup { group in
                for (socket, listener) in kept {
                    group.addTask { await self.keep(socket, listener) { continuation.yield($0) } }
                }
            }
            continuation.finish()
        }
        let serving = Task {
            await withDiscardingTaskGroup { group in
                for listener in listeners { group.addTask { await self.run(listener) } }
                for await listener in successors { group.addTask { await self.run(listener) } }
            }
        }
        tasks.withLock { $0 = (serving, keeping) }
    }

    private func drain(_ connection: Connection?, _ channel: any Channel) {
        // Before its first byte a connection has nothing to be drained.
        guard let connection else { return channel.close(promise: nil) }
        connection.drain()
        // No more is read; what was read is answered, and then the connection ends by itself.
        channel.close(mode: .input, promise: nil)
    }
}

extension RPCServer {
    /// A connection that has not said anything yet.
    struct Accepted: Sendable {
        var channel: any Channel
        /// Comes first, or fails and closes the channel.
        var peer: EventLoopFuture<Peer>
        var negotiated: EventLoopFuture<Negotiated>
    }

    struct Listener: Sendable {
        var channel: NIOAsyncChannel<Accepted, Never>
        /// Tells it from the others.
        var number: Int
    }

    func accept(_ socket: ListeningSocketOwner) async throws -> Listener {
        try await accept(socket.takeBoundSocket(), socket.role)
    }

    /// - Parameter socket: bound; NIO closes it.
    private func accept(_ socket: Int32, _ role: SocketRole) async throws -> Listener {
        let (limits, tokens) = (configuration.limits, tokens)
        let channel = try await bootstrap.bind(socket) { channel in
            RPCServer.prepare(channel, role: role, tokens: tokens, limits: limits)
        }
        return listener(channel)
    }

    private func accept(_ tcp: TCPListening) async throws -> Listener {
        let (limits, tokens, audit) = (configuration.limits, tokens, audit)
        let channel = try await bootstrap
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .bind(host: tcp.host, port: tcp.port) { channel in
                channel.eventLoop.makeSucceededFuture(
                    RPCServer.prepare(channel, tcp: tcp, tokens: tokens, limits: limits, audit: audit)
                )
            }
        return listener(channel)
    }

    private var bootstrap: ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 4)
    }

    private func listener(_ channel: NIOAsyncChannel<Accepted, Never>) -> Listener {
        state.withLock { state in
            state.listeners.append(channel.channel)
            state.made += 1
            // One that took the place of another just now.
            if state.isDraining { channel.channel.close(promise: nil) }
            return Listener(channel: channel, number: state.made)
        }
    }

    /// Stops accepting there; what is connected stays.
    func retire(_ listener: Listener) {
        let channel = listener.channel.channel
        state.withLock { state in state.listeners.removeAll { $0 === channel } }
        channel.close(promise: nil)
    }

    /// Asks the kernel who is there, then waits for the first byte.
    private static func prepare(
        _ channel: any Channel,
        role: SocketRole,
        tokens: StreamTokens,
        limits: ServerConfiguration.Limits
    ) -> EventLoopFuture<Accepted> {
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(SystemError(call: "getsockopt", errno: ENOTSUP))
        }
        let credentials: EventLoopFuture<Peer.Credentials> = options.unsafeGetSocketOption(
            level: SocketOptionLevel(SOL_SOCKET),
            name: SocketOptionName(SO_PEERCRED)
        )
        return credentials.flatMapThrowing { credentials in
            let peer = Peer(credentials: credentials, role: role.role(of: credentials))
            let promise = channel.eventLoop.makePromise(of: Negotiated.self)
            let upgrade = ConnectionUpgrade(tokens: tokens, peer: peer, limits: limits)
            try channel.pipeline.syncOperations.addHandler(
                ProtocolSniffer(limits: limits, upgrade: upgrade, promise: promise)
            )
            return Accepted(
                channel: channel,
                peer: channel.eventLoop.makeSucceededFuture(peer),
                negotiated: promise.futureResult
            )
        }
    }

    /// Waits for the handshake, which says who is there, then for the first byte.
    private static func prepare(
        _ channel: any Channel,
        tcp: TCPListening,
        tokens: StreamTokens,
        limits: ServerConfiguration.Limits,
        audit: AuditLog
    ) -> Accepted {
        let promise = channel.eventLoop.makePromise(of: Negotiated.self)
        let address = channel.remoteAddress?.description ?? "unknown"
        let peer = tcp.secure(channel, TimeAmount(limits.firstByte)).flatMapThrowing { names in
            guard let (name, role) = tcp.identify(names) else {
                audit.refused(certificate: names, address: address)
                throw Fault(.forbidden, "no role for this certificate")
            }
            let peer = Peer(certificate: name, address: address, role: role, hosts: tcp.hosts())
            let upgrade = ConnectionUpgrade(tokens: tokens, peer: peer, limits: limits)
            try channel.pipeline.syncOperations.addHandler(
                ProtocolSniffer(limits: limits, upgrade: upgrade, promise: promise)
            )
            return peer
        }
        peer.whenFailure { error in
            promise.fail(error)
            channel.close(promise: nil)
        }
        return Accepted(channel: channel, peer: peer, negotiated: promise.futureResult)
    }

    private func run(_ listener: Listener) async {
        do {
            try await listener.channel.executeThenClose { inbound in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await accepted in inbound { group.addTask { await self.serve(accepted, from: listener.number) } }
                }
            }
        } catch is CancellationError {
            // `shutdown` ran out of patience.
        } catch {
            log.error("the RPC socket is gone", metadata: ["error": "\(error)"])
        }
    }

    private func serve(_ accepted: Accepted, from listener: Int) async {
        let (key, limits) = (ObjectIdentifier(accepted.channel), configuration.limits)
        let isWelcome = state.withLock { state in
            state.connections[key] = (nil, accepted.channel)
            return state.counts.enter(listener: listener, atMost: limits.connections) && !state.isDraining
        }
        defer {
            state.withLock { state in
                state.connections[key] = nil
                state.counts.leave(listener: listener)
            }
        }
        if !isWelcome { accepted.channel.close(promise: nil) }
        do {
            let peer = try await accepted.peer.get()
            let isOneTooMany = state.withLock { !$0.counts.enter(peer.owner, atMost: limits.connectionsPerUser) }
            defer { state.withLock { $0.counts.leave(peer.owner) } }
            if isOneTooMany {
                log.warning("too many connections of one user: one is closed", metadata: ["peer": "\(peer)"])
                accepted.channel.close(promise: nil)
            }
            try await serve(try await accepted.negotiated.get(), accepted.channel, peer)
        } catch {
            // A reset, a broken pipe, a cancelled task, a handshake that failed: the connection's own end.
            log.debug("connection ended", metadata: ["error": "\(error)"])
        }
    }

    private func serve(_ negotiated: Negotiated, _ accepted: any Channel, _ peer: Peer) async throws {
        let limits = configuration.limits
        switch negotiated {
        case .nothing: return
        case .lines(let channel):
            try await lines.run(channel, peer: peer, limits: limits) { register($0, accepted) }
        case .http(let channel, let refusal):
            try await http.run(channel, refusal: refusal, peer: peer, limits: limits) { register($0, accepted) }
        case .stream(let channel, let stream):
            try await stream.run(channel, peer: peer, limits: limits) { register($0, accepted) }
        }
    }

    private func register(_ connection: Connection, _ channel: any Channel) {
        let isDraining = state.withLock { state in
            state.connections[ObjectIdentifier(channel)] = (connection, channel)
            return state.isDraining
        }
        watchForIdleness(connection, channel)
        if isDraining { drain(connection, channel) }
    }

    private func watchForIdleness(_ connection: Connection, _ channel: any Channel) {
        let limit = TimeAmount(configuration.limits.idle)
        let patience = TimeAmount(configuration.limits.stalled)
        channel.eventLoop.execute {
            // Fails where the channel is closed already.
            try? channel.pipeline.syncOperations.addHandlers(
                [
                    IdleStateHandler(allTimeout: limit), IdleCloser(connection: connection),
                    StalledReaderCloser(connection: connection, limit: patience),
                ],
                position: .first
            )
        }
    }
}
