import Linux
import NetworkSpec

/// UDP on one address of a network.
final class DatagramListener: EventSource {
    /// Its place in the table that is in force.
    var network: Int

    private let socket: Descriptor
    private let service: NameService
    private let forwarder: Forwarder
    private let buffers: Buffers

    /// All listeners take turns in them: there is one thread.
    struct Buffers {
        /// Queries are short; a longer message is none of ours.
        let queries = DatagramBatch(capacity: 32, datagramSize: 4096)
        let answers = DatagramBatch(capacity: 32, datagramSize: 1232)
    }

    /// A flood on one address does not keep the others waiting for longer than this.
    private static let batchesPerTurn = 4

    init(_ socket: consuming Descriptor, network: Int, _ service: NameService, _ forwarder: Forwarder, _ buffers: Buffers) {
        self.socket = socket
        self.network = network
        self.service = service
        self.forwarder = forwarder
        self.buffers = buffers
    }

    var descriptor: Int32 { socket.rawValue }

    func becameReady(_: Epoll.Interest) {
        for _ in 0..<DatagramListener.batchesPerTurn {
            do throws(SystemError) {
                try buffers.queries.receive(from: socket)
            } catch {
                // ENOMEM and the like: what waits is asked for again in the next turn.
                return SystemLog.shared.write(.warning, "\(error)")
            }
            for index in 0..<buffers.queries.count { answer(index) }
            buffers.answers.send(through: socket)
            if buffers.queries.count < buffers.queries.capacity { return }
        }
    }

    func deadlinePassed() {}

    private func answer(_ index: Int) {
        let message = buffers.queries[index]
        guard let source = buffers.queries.withPeerAddress(index, { IPAddress(bytes: $0) }) else { return }
        _ = buffers.answers.append(toPeerOf: index, in: buffers.queries) { room in
            switch service.answer(message, from: source, on: network, over: .datagram, in: room) {
            case .answered(let length): return length
            case .forward(let query, let servers):
                let peer = buffers.queries.peer(index)
                let question = Forwarder.Question(message: Array(message), query: query, source: source, transport: .datagram)
                forwarder.ask(question, servers) { [weak self] answer in
                    guard let self, let answer else { return }
                    DatagramBatch.send(answer, to: peer, through: socket)
                }
                return 0
            }
        }
    }
}
