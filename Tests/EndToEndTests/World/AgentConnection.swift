import Glibc
import JSONCoding
import Linux
import TestSupport

/// A connection to the agent's socket that speaks newline-delimited JSON-RPC; blocks its thread.
struct AgentConnection: ~Copyable {
    private let socket: Descriptor
    private var buffer: [UInt8] = []
    private var nextID = 1

    init(_ path: String) throws {
        socket = try UnixSocket.connect(path)
    }

    /// An answer that is an error.
    struct RPCFailure: Error, CustomStringConvertible {
        var error: JSONNode
        var code: Int64? { error["code"]?.integerValue }
        var description: String { String(decoding: JSON.serialize(error), as: UTF8.self) }
    }

    struct Closed: Error {}

    /// Calls a method and waits for its answer; what comes before it is dropped.
    mutating func call(_ method: String, _ parameters: JSONNode = [:], by deadline: Deadline) throws -> JSONNode {
        let id = nextID
        nextID += 1
        let request: JSONNode = [
            "jsonrpc": "2.0", "id": JSONNode(id), "method": JSONNode(method), "params": parameters,
        ]
        try UnixSocket.send(JSON.serialize(request) + [UInt8(ascii: "\n")], to: socket)
        while true {
            let message = try next(deadline)
            guard message["id"]?.integerValue == Int64(id) else { continue }
            if let error = message["error"] { throw RPCFailure(error: error) }
            return message["result"] ?? .null
        }
    }

    /// The next message of any kind.
    mutating func next(_ deadline: Deadline) throws -> JSONNode {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[..<end])
                buffer.removeSubrange(...end)
                return try JSON.parse(line)
            }
            var polled = pollfd(fd: socket.rawValue, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, deadline.milliseconds) > 0 else { throw WaitFailure(what: "an answer", last: "") }
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            let count = read(socket.rawValue, &bytes, bytes.count)
            if count <= 0 { throw Closed() }
            buffer += bytes[..<count]
        }
    }
}

/// What was waited for did not come in time.
struct WaitFailure: Error, CustomStringConvertible {
    var what: String
    var last: String
    var description: String { "waited in vain for \(what)\(last.isEmpty ? "" : "; last seen: \(last)")" }
}
