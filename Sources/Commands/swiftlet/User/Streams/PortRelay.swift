import AgentAPI
import AgentClient
import Glibc
import Linux

/// One connection to a local port on its way to the pod.
struct PortRelay: Sendable {
    private static let data: UInt8 = 0
    private static let error: UInt8 = 1

    let dialer: AgentDialer
    let request: PodPortForwardRequest

    /// Moves bytes both ways until both sides are done; tells failures on standard error.
    func run(_ socket: Int32) {
        do {
            let ticket = try dialer.connect(timeout: .seconds(30)).call(AgentMethods.podPortForward, request)
            try relay(socket, try dialer.open(ticket))
        } catch {
            Terminal.writeError("Error: \(error)\n")
        }
    }

    private func relay(_ socket: Int32, _ connection: StreamConnection) throws {
        // What tells the port comes first on each channel.
        var isOpen = [false, false]
        var waiting: [UInt8] = []
        var hasMore = true
        while true {
            let mayRead = hasMore && !connection.isSending
            var ready = [
                pollfd(
                    fd: connection.descriptor,
                    events: Int16((waiting.isEmpty ? POLLIN : 0) | (connection.isSending ? POLLOUT : 0)),
                    revents: 0
                ),
                pollfd(
                    fd: mayRead || !waiting.isEmpty ? socket : -1,
                    events: Int16((mayRead ? POLLIN : 0) | (waiting.isEmpty ? 0 : POLLOUT)),
                    revents: 0
                ),
            ]
            if poll(&ready, 2, -1) == -1 {
                if errno == EINTR { continue }
                throw SystemError.last("poll")
            }
            try connection.flush()
            if ready[1].revents != 0 && mayRead { hasMore = try forward(socket, connection) }
            if !waiting.isEmpty { try Self.write(&waiting, to: socket) }
            guard ready[0].revents != 0, waiting.isEmpty else { continue }
            guard let frames = try connection.receive() else {
                shutdown(socket, Int32(SHUT_WR))
                return
            }
            for frame in frames where frame.channel <= Self.error {
                if !isOpen[Int(frame.channel)] {
                    isOpen[Int(frame.channel)] = true
                } else if frame.channel == Self.data {
                    waiting += frame.bytes
                } else {
                    Terminal.writeError("\(String(decoding: frame.bytes, as: UTF8.self))\n")
                }
            }
            try Self.write(&waiting, to: socket)
        }
    }

    /// Sends what the local client says; false at its end.
    private func forward(_ socket: Int32, _ connection: StreamConnection) throws -> Bool {
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(socket, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        if count > 0 {
            try connection.send(bytes[..<count], on: Self.data)
            return true
        }
        if count < 0, [EAGAIN, EINTR].contains(errno) { return true }
        try connection.close(Self.data)
        return false
    }

    private static func write(_ waiting: inout [UInt8], to socket: Int32) throws {
        while !waiting.isEmpty {
            let count = send(socket, waiting, waiting.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            if count > 0 {
                waiting.removeFirst(count)
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                throw SystemError.last("send", "local client")
            }
        }
    }
}
