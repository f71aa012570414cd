import Linux
import NetworkSpec

/// Asks the servers outside.
package final class Forwarder {
    /// A client's question as it came.
    package struct Question {
        package var message: [UInt8]
        var query: Query
        var source: IPAddress
        var transport: NameService.Transport

        package init(message: [UInt8], query: Query, source: IPAddress, transport: NameService.Transport) {
            self.message = message
            self.query = query
            self.source = source
            self.transport = transport
        }
    }

    private let loop: EventLoop
    /// The host's own servers; asked where a network and a container have none.
    var hostServers = HostServers("")
    /// Where we listen: a question that goes there comes back.
    var ownAddresses: Set<IPAddress> = []
    private let answersFailures: Bool
    /// All of them hold a descriptor for up to five seconds.
    private var quota = SourceQuota(limit: 2048, limitOfSource: 256)

    private static let port: UInt16 = 53

    /// - Parameter answersFailures: Whether a client learns that no server answered (SERVFAIL), or waits in vain.
    init(_ loop: EventLoop, answersFailures: Bool) {
        self.loop = loop
        self.answersFailures = answersFailures
    }

    /// Asks one server after the other. `reply` is called once, later or at once, with the answer as the client may have it; with
    /// nil where there is none.
    func ask(_ question: Question, _ servers: [IPAddress], reply: @escaping ([UInt8]?) -> Void) {
        let source = question.source
        guard quota.allows(source) else {
            // A client that asks more than can be answered asks again.
            return reply(nil)
        }
        let texts = servers.isEmpty ? hostServers.servers : servers.map(\.description)
        let addresses = texts.filter { !isOwn($0) }.compactMap { SocketAddress($0, port: Forwarder.port) }
        quota.take(source)
        ForwardedQuestion(question, addresses, loop).begin { [self] answer in
            quota.release(source)
            reply(answer ?? (answersFailures ? failure(question) : nil))
        }
    }

    private func isOwn(_ server: String) -> Bool { IPAddress(server).map(ownAddresses.contains) ?? false }

    private func failure(_ question: Question) -> [UInt8] {
        question.message.withUnsafeBytes { message in
            [UInt8](unsafeUninitializedCapacity: 512) { room, count in
                var response = ResponseWriter(
                    to: question.query,
                    message,
                    .serverFailure,
                    in: UnsafeMutableRawBufferPointer(room),
                    limit: 512
                )
                count = response.finish()
            }
        }
    }
}
