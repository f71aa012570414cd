import Linux

/// Listening sockets that somebody else has made and goes on holding: an init system that keeps clients waiting while no
/// agent runs.
///
/// They are never unlinked, renamed or given other modes; at the server's end they stay open, and listen.
public struct InheritedSockets: Sendable, Hashable {
    public var main: [Int32] = []
    public var readOnly: [Int32] = []

    public init(main: [Int32] = [], readOnly: [Int32] = []) {
        self.main = main
        self.readOnly = readOnly
    }

    /// Copies for the server to close, with their roles.
    func copies() throws(SystemError) -> [(socket: Int32, role: SocketRole)] {
        var copies: [(socket: Int32, role: SocketRole)] = []
        for number in main {
            copies.append((try InheritedSockets.copy(number), .main(groupIsAdmin: try hasGroup(number))))
        }
        for number in readOnly { copies.append((try InheritedSockets.copy(number), .readOnly)) }
        return copies
    }

    private static func copy(_ number: Int32) throws(SystemError) -> Int32 {
        let original = Descriptor(owning: number)
        let copy = Result { () throws(SystemError) in try original.duplicate().release() }
        _ = original.release()
        return try copy.get()
    }

    /// Whether all who may connect, besides root, are members of a group that the socket was given to. A socket that is
    /// open to everybody makes nobody an admin.
    private func hasGroup(_ number: Int32) throws(SystemError) -> Bool {
        guard let path = try UnixSocket.path(of: number) else { return false }
        let status = try FileSystem.linkStatus(path)
        return status.kind == .socket && status.groupID != 0 && status.permissions & 0o002 == 0
    }
}
