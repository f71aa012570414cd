import CLinux
import Glibc
import Linux

/// Gives a container's output to attached clients and theirs to its standard input, in conmon's packets: to the client
/// one byte (2 standard output, 3 standard error) and up to 8192 bytes of output; from it plain bytes.
///
/// A client that takes nothing for a second is cut off, so that it cannot stop the container for longer.
final class AttachServer {
    private static let packetSize = 8192
    private static let clientLimit = 64
    private static let patienceMilliseconds: Int32 = 1000

    private let listener: Descriptor
    private var input: InputPipe?
    private let closesInput: Bool
    private var clients: [Int32] = []
    private var firstToken: UInt64 = 0

    /// Nil where no socket was made.
    init?(_ options: MonitorOptions.Input, _ descriptors: Handover.Descriptors) {
        guard descriptors.attach >= 0 else { return nil }
        listener = Descriptor(owning: descriptors.attach)
        input = descriptors.input >= 0 ? InputPipe(owning: descriptors.input) : nil
        closesInput = !options.outlivesClient
    }

    deinit {
        for client in clients { close(client) }
    }

    /// Puts the socket into the set. `firstToken` and what follows are the tokens of this server's events: the token is
    /// that number and the descriptor.
    func register(with poller: borrowing Epoll, firstToken: UInt64) throws(SystemError) {
        self.firstToken = firstToken
        try poller.add(listener.rawValue, .readable, token: token(of: listener.rawValue))
    }

    /// Deals with one of its events.
    func handle(_ event: Epoll.Event, _ poller: borrowing Epoll) throws(SystemError) {
        let number = Int32(truncatingIfNeeded: event.token - firstToken)
        if number == listener.rawValue {
            try accept(poller)
        } else if number == input?.number {
            try continueInput(poller)
        } else if clients.contains(number) {
            if event.ready.contains(.readable) {
                try receive(from: number, poller)
            } else {
                // Hang-up or error without anything to read.
                drop(number)
            }
        }
    }

    /// Sends output to all clients.
    func send(_ bytes: UnsafeRawBufferPointer, from stream: LogStream) {
        guard !clients.isEmpty else { return }
        for client in clients where !send(bytes, from: stream, to: client) { drop(client) }
    }

    /// The container has ended and all was sent.
    func finish() {
        for client in clients { drop(client) }
        input = nil
    }

    private func token(of number: Int32) -> UInt64 { firstToken + UInt64(number) }

    private func accept(_ poller: borrowing Epoll) throws(SystemError) {
        // A client that is gone already, or one descriptor too many, is that client's misfortune only.
        let client = clinux_accept(listener.rawValue)
        guard client >= 0 else { return }
        guard clients.count < AttachServer.clientLimit else {
            close(client)
            return
        }
        clients.append(client)
        try poller.add(client, input?.isFull == true ? [] : .readable, token: token(of: client))
    }

    private func drop(_ client: Int32) {
        clients.removeAll { $0 == client }
        close(client)
    }

    private func receive(from client: Int32, _ poller: borrowing Epoll) throws(SystemError) {
        let bytes = [UInt8](unsafeUninitializedCapacity: 32 * 1024) { buffer, count in
            count = max(0, recv(client, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT)))
        }
        if bytes.isEmpty {
            // The client's half of the connection is closed; it may still want output. A hang-up comes unasked.
            try poller.modify(client, [], token: token(of: client))
            if closesInput { input = nil }
            return
        }
        guard let input else { return }
        input.write(bytes)
        if input.isFull {
            for client in clients { try poller.modify(client, [], token: token(of: client)) }
            try poller.add(input.number, .writable, token: token(of: input.number))
        }
    }

    /// The container has read from its standard input: there is room again.
    private func continueInput(_ poller: borrowing Epoll) throws(SystemError) {
        guard let input else { return }
        input.write([])
        guard !input.isFull else { return }
        try poller.remove(input.number)
        for client in clients { try poller.modify(client, .readable, token: token(of: client)) }
    }

    private func send(_ bytes: UnsafeRawBufferPointer, from stream: LogStream, to client: Int32) -> Bool {
        var kind: UInt8 = stream == .stdout ? 2 : 3
        var rest = bytes
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(AttachServer.packetSize))
            let sent = withUnsafeMutablePointer(to: &kind) { head in
                var parts = (
                    iovec(iov_base: head, iov_len: 1),
                    iovec(iov_base: UnsafeMutableRawPointer(mutating: piece.baseAddress), iov_len: piece.count)
                )
                return withUnsafeMutablePointer(to: &parts) { pointer in
                    pointer.withMemoryRebound(to: iovec.self, capacity: 2) { parts in
                        var message = msghdr()
                        message.msg_iov = parts
                        message.msg_iovlen = 2
                        return sendmsg(client, &message, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
                    }
                }
            }
            if sent >= 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[piece.count...])
                continue
            }
            let code = errno
            if code == EINTR { continue }
            guard code == EAGAIN || code == ENOBUFS else { return false }
            var wanted = pollfd(fd: client, events: Int16(POLLOUT), revents: 0)
            guard poll(&wanted, 1, AttachServer.patienceMilliseconds) == 1 else { return false }
        }
        return true
    }
}
