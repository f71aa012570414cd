import CLinux
import Glibc
import Linux

/// Gives a container's output to attached clients and theirs to its standard input, in conmon's packets (`AttachClient`); from a
/// client come plain bytes.
///
/// No client can stop the container, its log or another client. Input does wait for the container to read it.
final class AttachServer {
    private static let clientLimit = 64

    private let listener: Descriptor
    private var input: InputPipe?
    private let closesInput: Bool
    private var clients: [AttachClient] = []
    private var newlyLate: [AttachClient] = []
    private var firstToken: UInt64 = 0

    /// Nil where no socket was made.
    init?(_ options: MonitorOptions.Input, _ descriptors: Handover.Descriptors) {
        guard descriptors.attach >= 0 else { return nil }
        listener = Descriptor(owning: descriptors.attach)
        input = descriptors.input >= 0 ? InputPipe(owning: descriptors.input) : nil
        closesInput = !options.outlivesClient
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
        } else if let client = clients.first(where: { $0.number == number }) {
            if event.ready.contains(.readable) {
                try receive(from: client, poller)
            } else if event.ready.contains(.writable) {
                if client.goOn() { try listen(to: client, poller) } else { drop(client) }
            } else {
                // Hang-up or error without anything to read.
                drop(client)
            }
        }
    }

    /// Sends output to all clients. Those that fell behind over that are looked after by `lookAfterLate`, which comes next.
    func send(_ bytes: UnsafeRawBufferPointer, from stream: LogStream) {
        for client in clients {
            let hadBacklog = client.hasBacklog
            if !client.send(bytes, from: stream) {
                drop(client)
            } else if client.hasBacklog && !hadBacklog {
                newlyLate.append(client)
            }
        }
    }

    /// Waits for room at the clients that have fallen behind.
    func lookAfterLate(_ poller: borrowing Epoll) throws(SystemError) {
        let late = newlyLate
        newlyLate = []
        for client in late where clients.contains(where: { $0 === client }) { try listen(to: client, poller) }
    }

    /// The container takes no input any more, and nobody is let in; clients take what waits for them.
    func close(_ poller: borrowing Epoll) throws(SystemError) {
        // It was in there.
        try? poller.remove(listener.rawValue)
        if let input, input.isFull { try? poller.remove(input.number) }
        input = nil
        for client in clients {
            client.isReading = false
            if client.hasBacklog { try listen(to: client, poller) } else { drop(client) }
        }
    }

    /// How many packets the clients with a backlog have taken in all; nil where there is none with one.
    var progress: Int? {
        let late = clients.filter { $0.hasBacklog }
        return late.isEmpty ? nil : late.reduce(0) { $0 + $1.takenCount }
    }

    private func token(of number: Int32) -> UInt64 { firstToken + UInt64(number) }

    /// Waits for what a client may do next. A hang-up comes unasked.
    private func listen(to client: AttachClient, _ poller: borrowing Epoll) throws(SystemError) {
        var interest: Epoll.Interest = client.hasBacklog ? .writable : []
        if client.isReading && input?.isFull != true { interest.insert(.readable) }
        try poller.modify(client.number, interest, token: token(of: client.number))
    }

    private func accept(_ poller: borrowing Epoll) throws(SystemError) {
        // A client that is gone already, or one descriptor too many, is that client's misfortune only.
        let number = clinux_accept(listener.rawValue)
        guard number >= 0 else { return }
        let client = AttachClient(owning: number)
        guard clients.count < AttachServer.clientLimit else { return }
        clients.append(client)
        try poller.add(number, input?.isFull == true ? [] : .readable, token: token(of: number))
    }

    private func drop(_ client: AttachClient) {
        clients.removeAll { $0 === client }
    }

    private func receive(from client: AttachClient, _ poller: borrowing Epoll) throws(SystemError) {
        let bytes = [UInt8](unsafeUninitializedCapacity: 32 * 1024) { buffer, count in
            count = max(0, recv(client.number, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT)))
        }
        if bytes.isEmpty {
            // The client's half of the connection is closed; it may still want output.
            client.isReading = false
            try listen(to: client, poller)
            if closesInput { input = nil }
            return
        }
        guard let input else { return }
        input.write(bytes)
        if input.isFull {
            for client in clients { try listen(to: client, poller) }
            try poller.add(input.number, .writable, token: token(of: input.number))
        }
    }

    /// The container has read from its standard input: there is room again.
    private func continueInput(_ poller: borrowing Epoll) throws(SystemError) {
        guard let input else { return }
        input.write([])
        guard !input.isFull else { return }
        try poller.remove(input.number)
        for client in clients { try listen(to: client, poller) }
    }
}
