import AgentAPI
import Glibc

/// Who is at the other end of a connection, as the kernel knows it from the moment of connect(2).
struct Peer: Sendable, Hashable, CustomStringConvertible {
    /// `struct ucred` of unix(7), which Swift's Glibc does not show.
    struct Credentials: Sendable, Hashable {
        var pid: Int32
        var uid: UInt32
        var gid: UInt32
    }

    var credentials: Credentials
    var role: Role

    var description: String {
        "uid=\(credentials.uid) gid=\(credentials.gid) pid=\(credentials.pid) role=\(role.rawValue)"
    }
}

/// Which role a socket gives to whom.
enum SocketRole: Sendable, Hashable {
    /// Root and the agent's own user are admins. Where the socket was given to a group, whoever the kernel let through
    /// its mode 0660 is a member of it and an admin too; others who got in (a process of group 0) may read.
    case main(groupIsAdmin: Bool)
    case readOnly

    func role(of credentials: Peer.Credentials) -> Role {
        switch self {
        case .readOnly: .read
        case .main(let groupIsAdmin):
            credentials.uid == 0 || credentials.uid == geteuid() || groupIsAdmin ? .admin : .read
        }
    }
}
