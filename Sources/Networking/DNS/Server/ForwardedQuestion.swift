import Linux

/// One question on its way to the servers outside, until one answers or all were asked.
final class ForwardedQuestion: EventSource {
    private let question: Forwarder.Question
    private let servers: [SocketAddress]
    private let loop: EventLoop
    private var rotation: ServerRotation
    private var token: EventLoop.Token?
    private var exchange: (any ServerExchange)?
    private var done: (([UInt8]?) -> Void)?

    /// For all servers together.
    private static let patience = Duration.seconds(5)

    init(_ question: Forwarder.Question, _ servers: [SocketAddress], _ loop: EventLoop) {
        self.question = question
        self.servers = servers
        self.loop = loop
        rotation = ServerRotation(count: servers.count)
    }

    /// - Parameter done: Called once.
    func begin(done: @escaping ([UInt8]?) -> Void) {
        self.done = done
        take(rotation.next())
    }

    func becameReady(_ ready: Epoll.Interest) {
        guard let exchange, let token else { return }
        do throws(SystemError) {
            guard let answer = try exchange.advance(ready) else {
                return try loop.modify(token, exchange.interest)
            }
            // One that does not fit the question is none: it may come from anybody.
            guard let code = exchange.question.code(of: answer) else { return }
            stopAsking()
            take(rotation.answered(answer, code: code))
        } catch {
            // ECONNREFUSED: nobody listens there.
            deadlinePassed()
        }
    }

    func deadlinePassed() {
        stopAsking()
        take(rotation.next())
    }

    private func take(_ first: ServerRotation.Step) {
        var step = first
        while case .ask(let index) = step {
            if ask(servers[index]) { return }
            step = rotation.next()
        }
        let reply = done
        done = nil
        if case .answer(let message) = step {
            reply?(OutgoingQuestion.restore(message, for: question))
        } else {
            reply?(nil)
        }
    }

    /// False where the server cannot be reached at all.
    private func ask(_ server: SocketAddress) -> Bool {
        do throws(SystemError) {
            let outgoing = OutgoingQuestion(question)
            let exchange: any ServerExchange =
                switch question.transport {
                case .datagram: try DatagramExchange(outgoing, with: server)
                case .stream: try StreamExchange(outgoing, with: server)
                }
            let token = try loop.add(self, descriptor: exchange.descriptor, interest: exchange.interest)
            self.exchange = exchange
            self.token = token
            loop.setDeadline(token, .now.advanced(by: ForwardedQuestion.patience / servers.count))
            return true
        } catch {
            return false
        }
    }

    private func stopAsking() {
        if let token { loop.remove(token) }
        token = nil
        exchange = nil
    }
}
