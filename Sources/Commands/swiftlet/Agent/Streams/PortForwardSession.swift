import AgentAPI
import AgentServer
import Linux
import PodEngine
import Synchronization

/// Connections to ports of a pod, made from inside its network: to 127.0.0.1, then to ::1.
struct PortForwardSession: StreamSession {
    let ports: [UInt16]
    /// Opens the pod's network namespace. Called once, when the client is there.
    let network: @Sendable () throws(ContainerFailure) -> Descriptor

    var kind: StreamKind { .ports }

    func run(_ client: StreamClient) async {
        let writers = PortWriters(count: ports.count)
        do {
            for (place, port) in ports.enumerated() {
                // As the kubelet's: the port, the lower byte first, opens each of the two channels.
                let number = [UInt8(truncatingIfNeeded: port), UInt8(port >> 8)]
                try await client.send(number, on: Self.data(place))
                try await client.send(number, on: Self.error(place))
            }
        } catch {
            return
        }
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await writers.pump(client)
                return true
            }
            for (place, port) in ports.enumerated() {
                group.addTask {
                    await serve(port, at: place, writers, client)
                    return false
                }
            }
            var open = ports.count
            for await isClientGone in group {
                if isClientGone { break }
                open -= 1
                if open == 0 { break }
            }
            group.cancelAll()
            writers.closeAll()
        }
    }

    fileprivate static func data(_ place: Int) -> UInt8 { UInt8(2 * place) }
    private static func error(_ place: Int) -> UInt8 { UInt8(2 * place + 1) }

    /// Connects and gives what the server says to the client, until the server says no more.
    private func serve(_ port: UInt16, at place: Int, _ writers: PortWriters, _ client: StreamClient) async {
        do {
            let socket = try await connect(port)
            let reader = try ByteReader(try socket.duplicate())
            writers.put(try ByteWriter(socket), at: place)
            while true {
                let bytes = try await reader.read(atMost: 64 << 10)
                if bytes.isEmpty { break }
                try await client.send(bytes, on: Self.data(place))
            }
        } catch is CancellationError {
            return
        } catch {
            // The client may be what is gone.
            try? await client.send(Array("error forwarding port \(port): \(error)".utf8), on: Self.error(place))
        }
        writers.close(place)
        try? await client.close(Self.data(place))
    }

    private func connect(_ port: UInt16) async throws -> Descriptor {
        var failure: (any Error)?
        for host in ["127.0.0.1", "::1"] {
            guard let address = SocketAddress(host, port: port) else { continue }
            let socket = try await makeSocket(address)
            do {
                try await ConnectingSocket.connect(socket.rawValue, to: address)
                return socket
            } catch let error as SystemError {
                // The first says what is wrong: most servers are on version 4.
                if failure == nil { failure = error }
            }
        }
        throw failure ?? CancellationError()
    }

    /// A socket of the pod's network: made by a thread that goes there, and ends there.
    private func makeSocket(_ address: SocketAddress) async throws -> Descriptor {
        let network = network
        let number = try await FreshThread.run(named: "port-forward") {
            try Namespace.enter(try network(), kind: .network)
            return try ConnectingSocket.make(for: address).release()
        }
        return Descriptor(owning: number)
    }
}

/// The ways to the servers; what comes before a connection is there waits for it.
private final class PortWriters: Sendable {
    private enum Entry {
        case connecting([CheckedContinuation<ByteWriter?, Never>])
        case open(ByteWriter)
        case closed
    }

    private let entries: Mutex<[Entry]>

    init(count: Int) {
        entries = Mutex([Entry](repeating: .connecting([]), count: count))
    }

    /// Returns when the client is gone.
    func pump(_ client: StreamClient) async {
        while let frame = await client.receive() {
            if let channel = frame.closedChannel {
                // Half of the connection: the server may still answer.
                if let writer = await writer(channel) { try? writer.finishSending() }
            } else if let writer = await writer(frame.channel) {
                do { try await writer.write(frame.bytes) } catch { close(Int(frame.channel) / 2) }
            }
        }
    }

    func put(_ writer: ByteWriter, at place: Int) { change(place, to: .open(writer), writer) }

    func close(_ place: Int) { change(place, to: .closed, nil) }

    func closeAll() {
        for place in entries.withLock({ $0.indices }) { close(place) }
    }

    private func change(_ place: Int, to entry: Entry, _ writer: ByteWriter?) {
        let waiting = entries.withLock { entries -> [CheckedContinuation<ByteWriter?, Never>] in
            guard entries.indices.contains(place) else { return [] }
            defer { entries[place] = entry }
            if case .connecting(let waiting) = entries[place] { return waiting }
            return []
        }
        for continuation in waiting { continuation.resume(returning: writer) }
    }

    /// Nil for channels of errors, which only we write, and for ports that are closed.
    private func writer(_ channel: UInt8) async -> ByteWriter? {
        let place = Int(channel) / 2
        guard channel % 2 == 0 else { return nil }
        return await withCheckedContinuation { continuation in
            let found = entries.withLock { entries -> ByteWriter?? in
                guard entries.indices.contains(place) else { return .some(nil) }
                switch entries[place] {
                case .open(let writer): return writer
                case .closed: return .some(nil)
                case .connecting(let waiting):
                    entries[place] = .connecting(waiting + [continuation])
                    return nil
                }
            }
            if let found { continuation.resume(returning: found) }
        }
    }
}
