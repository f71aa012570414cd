import Glibc
import Linux
import TestSupport

/// Connections to an agent's socket that do what no client should. All waits have deadlines.
struct HostileClient: Sendable {
    let agent: AgentFixture

    private static let patience = Duration.seconds(60)

    /// Sends bytes, ends the sending half and gives back all that comes; what the agent no longer takes is not sent. With
    /// `until`, the end stays open, and all that comes up to a text is given back.
    func exchange(_ bytes: [UInt8], until end: String? = nil) async throws -> String {
        try await agent.perform { [socket = agent.socket] in
            let connection = try UnixSocket.connect(socket)
            // EPIPE where the agent has seen enough: its answer is there all the same.
            try? UnixSocket.send(bytes, to: connection)
            if end == nil { try? UnixSocket.finishSending(connection) }
            let deadline = Deadline(in: Self.patience)
            var answer: [UInt8] = []
            while let piece = try Self.read(connection.rawValue, by: deadline) {
                answer += piece
                if let end, String(decoding: answer, as: UTF8.self).contains(end) { break }
            }
            return String(decoding: answer, as: UTF8.self)
        }
    }

    /// Sends and leaves the connection open, for the caller to close.
    func send(_ bytes: [UInt8]) async throws -> Int32 {
        try await agent.perform { [socket = agent.socket] in
            let connection = try UnixSocket.connect(socket)
            try UnixSocket.send(bytes, to: connection)
            return connection.release()
        }
    }

    /// Sends the same byte until the agent has hung up; gives back how many bytes it and the kernel took.
    func flood(_ byte: UInt8, atMost limit: Int) async throws -> Int {
        try await agent.perform { [socket = agent.socket] in
            let connection = try UnixSocket.connect(socket)
            // The answer is not read: only the end of the connection counts.
            return Self.flood(connection, [UInt8](repeating: byte, count: 64 << 10), bytes: limit)
        }
    }

    /// Sends a text again and again after another, then ends the sending half and gives back the answer.
    func flood(after beginning: String, _ piece: String, bytes: Int) async throws -> String {
        try await agent.perform { [socket = agent.socket] in
            let connection = try UnixSocket.connect(socket)
            try UnixSocket.send(Array(beginning.utf8), to: connection)
            let pieces = [UInt8](String(repeating: piece, count: (64 << 10) / piece.utf8.count).utf8)
            _ = Self.flood(connection, pieces, bytes: bytes)
            // It may have closed already.
            try? UnixSocket.finishSending(connection)
            let deadline = Deadline(in: Self.patience)
            var answer: [UInt8] = []
            while let piece = try Self.read(connection.rawValue, by: deadline) { answer += piece }
            return String(decoding: answer, as: UTF8.self)
        }
    }

    private static func flood(_ socket: borrowing Descriptor, _ piece: [UInt8], bytes limit: Int) -> Int {
        let deadline = Deadline(in: patience)
        var sent = 0
        while sent < limit, !deadline.hasPassed {
            do { try UnixSocket.send(piece, to: socket) } catch { break }
            sent += piece.count
        }
        return sent
    }

    /// Whether the agent closes by itself a connection on which nothing more is said.
    func waitUntilClosed(after bytes: [UInt8]) async throws -> Bool {
        try await agent.perform { [socket = agent.socket] in
            let connection = try UnixSocket.connect(socket)
            if !bytes.isEmpty { try UnixSocket.send(bytes, to: connection) }
            let deadline = Deadline(in: Self.patience)
            while try Self.read(connection.rawValue, by: deadline) != nil {}
            return !deadline.hasPassed
        }
    }

    /// Calls a method until neither the agent nor the kernel takes more, and reads nothing.
    func neverReading(_ method: String) async throws -> Int32 {
        try await agent.perform { [socket = agent.socket] in
            let connection = try UnixSocket.connect(socket)
            let number = connection.rawValue
            let deadline = Deadline(in: Self.patience)
            var (id, refusals) = (0, 0)
            // The agent stops reading when answers wait: then the socket's buffer fills up, and stays full.
            while id < 100_000, refusals < 20, !deadline.hasPassed {
                let message = Array("{\"jsonrpc\":\"2.0\",\"id\":\(id),\"method\":\"\(method)\"}\n".utf8)
                let count = message.withUnsafeBytes {
                    Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
                }
                id += 1
                guard count < message.count else { continue }
                refusals += 1
                _ = poll(nil, 0, 10)
            }
            return connection.release()
        }
    }

    /// Whether the agent hangs up on a connection from which nobody reads.
    func waitUntilHungUp(_ socket: Int32) async throws -> Bool {
        try await agent.perform {
            var entry = pollfd(fd: socket, events: 0, revents: 0)
            return poll(&entry, 1, Deadline(in: Self.patience).milliseconds) > 0
        }
    }

    func open(_ count: Int) async throws -> [Int32] {
        try await agent.perform { [socket = agent.socket] in
            try (0..<count).map { _ in try UnixSocket.connect(socket).release() }
        }
    }

    /// How many of the connections the agent closes before it asks those that are left to speak.
    func countClosed(_ sockets: [Int32]) async throws -> Int {
        try await agent.perform {
            sockets.reduce(0) { count, socket in
                var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
                return count + (poll(&entry, 1, Deadline(in: Self.patience).milliseconds) > 0 ? 1 : 0)
            }
        }
    }

    /// Nil at the end of the connection; throws when the deadline comes first.
    private static func read(_ socket: Int32, by deadline: Deadline) throws -> [UInt8]? {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, deadline.milliseconds) > 0 else { throw WaitFailure(what: "an answer or an end", last: "") }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(socket, &bytes, bytes.count)
        // ECONNRESET: it closed with our bytes unread.
        return count <= 0 ? nil : Array(bytes[..<count])
    }
}

extension AgentFixture {
    /// What the agent has open: what each number leads to.
    func descriptors() throws -> [String: String] {
        guard pid != 0 else { return [:] }
        let numbers = try FileSystem.list("/proc/\(pid)/fd")
        // One may have been closed between the two looks.
        let targets = numbers.map { ($0, (try? FileSystem.readLink("/proc/\(pid)/fd/\($0)")) ?? "gone") }
        // libdispatch, which Task.sleep waits with, makes a timer for each clock when that is first used.
        return Dictionary(uniqueKeysWithValues: targets.filter { $0.1 != "anon_inode:[timerfd]" })
    }
}
