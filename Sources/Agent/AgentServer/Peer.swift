import AgentAPI
import Glibc

/// Who is at the other end of a connection.
package struct Peer: Sendable, Hashable, CustomStringConvertible {
    /// `struct ucred` of unix(7), which Swift's Glibc does not show.
    package struct Credentials: Sendable, Hashable {
        package var pid: Int32
        package var uid: UInt32
        package var gid: UInt32

        package init(pid: Int32, uid: UInt32, gid: UInt32) {
            self.pid = pid
            self.uid = uid
            self.gid = gid
        }
    }

    /// Who a peer acts for: the same for all connections of one user, or of one certificate's name.
    package enum Owner: Sendable, Hashable {
        case user(UInt32)
        case certificate(String)
    }

    private enum Identity: Hashable {
        /// As the kernel knows it from the moment of connect(2).
        case process(Credentials)
        /// The name of a verified certificate that gave the role, and where the connection comes from.
        case certificate(name: String, address: String)
    }

    private var identity: Identity
    package var role: Role
    /// The names of the server that a request on this connection may give as its host; nil: any, as on a Unix socket,
    /// which no name leads to.
    let hosts: [String]?

    package init(credentials: Credentials, role: Role) {
        identity = .process(credentials)
        self.role = role
        hosts = nil
    }

    package init(certificate name: String, address: String, role: Role, hosts: [String]) {
        identity = .certificate(name: name, address: address)
        self.role = role
        self.hosts = hosts
    }

    package var owner: Owner {
        switch identity {
        case .process(let credentials): .user(credentials.uid)
        case .certificate(let name, _): .certificate(name)
        }
    }

    package var description: String {
        switch identity {
        case .process(let credentials):
            "uid=\(credentials.uid) gid=\(credentials.gid) pid=\(credentials.pid) role=\(role.rawValue)"
        case .certificate(let name, let address): "certificate=\(name) address=\(address) role=\(role.rawValue)"
        }
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
