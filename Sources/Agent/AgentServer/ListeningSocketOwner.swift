import Linux
import Synchronization

/// Lets several places hold a `ListeningSocket`.
final class ListeningSocketOwner: Sendable {
    let path: String
    /// Of those who connect to it.
    let role: SocketRole
    private let socket: Mutex<ListeningSocket?>

    init(_ socket: consuming ListeningSocket, role: SocketRole) {
        path = socket.path
        self.role = role
        self.socket = Mutex(consume socket)
    }

    /// The bound descriptor; the caller closes it.
    func takeBoundSocket() -> Int32 { socket.withLock { $0?.boundSocket ?? -1 } }

    func bindAnew() throws(ListenError) {
        try socket.withLock { socket throws(ListenError) in try socket?.bindAnew() }
    }

    /// Not once it was removed: then it is to have none.
    func hasLostItsName() throws(SystemError) -> Bool {
        try socket.withLock { socket throws(SystemError) in try socket?.hasLostItsName() ?? false }
    }

    func publish() throws(ListenError) {
        try socket.withLock { socket throws(ListenError) in try socket?.publish() }
    }

    func remove() throws(SystemError) {
        try socket.withLock { socket throws(SystemError) in try socket.take()?.remove() }
    }
}
