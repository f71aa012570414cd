import Linux
import Logging
import NIOCore

extension RPCServer {
    /// Waits until the socket's name is gone or leads elsewhere, and listens there anew; until cancelled. Who has removed it
    /// has removed the only way to this agent, which would be alive and reachable by nobody.
    ///
    /// What is connected stays so. A place that is somebody else's by now, or cannot be had, is tried again each second.
    func keep(_ socket: ListeningSocketOwner, _ first: Listener, _ successor: (Listener) -> Void) async {
        var listener = first
        var isTold = false
        while !Task.isCancelled {
            do {
                try await SocketNameWatch(socket).waitUntilLost()
                try socket.bindAnew()
                let next = try await accept(socket)
                successor(next)
                retire(listener)
                listener = next
                try socket.publish()
                isTold = false
                log.warning("the RPC socket was removed; another is in its place", metadata: ["socket": "\(socket.path)"])
            } catch is CancellationError {
                return
            } catch {
                if !isTold { log.error("the RPC socket is gone", metadata: ["socket": "\(socket.path)", "error": "\(error)"]) }
                isTold = true
                // Cancelled: the loop ends.
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }
}

/// Tells that a socket's name is gone or leads elsewhere.
private struct SocketNameWatch: ~Copyable, Sendable {
    private let socket: ListeningSocketOwner
    private let inotify: Inotify

    init(_ socket: ListeningSocketOwner) throws(SystemError) {
        self.socket = socket
        let (directory, _) = FileSystem.split(socket.path)
        let watch = try Inotify()
        _ = try watch.watch(directory, [.delete, .movedFrom, .movedTo, .deleteSelf, .moveSelf, .onlyDirectory])
        inotify = watch
    }

    func waitUntilLost() async throws {
        // Looked at after the watch began: what was lost before is not missed.
        while try !socket.hasLostItsName() {
            try await EventThread.shared.waitUntilReadable(inotify.descriptor.rawValue)
            _ = try inotify.read()
        }
    }
}
