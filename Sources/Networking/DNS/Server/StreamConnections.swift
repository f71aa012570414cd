import Linux
import NetworkSpec

/// The TCP clients that are connected, as many as there may be.
final class StreamConnections {
    private let loop: EventLoop
    private var quota = SourceQuota(limit: 512, limitOfSource: 64)

    init(_ loop: EventLoop) {
        self.loop = loop
    }

    /// Takes a connection over; it is closed at once where there are too many, of all or of this client.
    func open(
        _ socket: consuming Descriptor,
        from source: IPAddress,
        for listener: StreamListener,
        _ service: NameService,
        _ forwarder: Forwarder
    ) {
        guard quota.allows(source) else { return }
        let connection = StreamConnection(socket, source, listener, service, forwarder, loop)
        do throws(SystemError) {
            try connection.begin { [weak self] in self?.quota.release(source) }
        } catch {
            return SystemLog.shared.write(.warning, "\(error)")
        }
        quota.take(source)
    }
}
