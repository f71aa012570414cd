import CNetlink
import Glibc
import Netlink
import NetworkSpec

/// The kernel's table of connections, as far as port mappings are concerned.
///
/// NAT is decided with the first packet of a flow. A UDP flow that is older than its mapping would never reach the pod, and
/// one that is younger would go on to an address that somebody else has by then: both have to be forgotten. (A connection
/// of TCP ends with its sockets.)
public struct ConnectionTracking: ~Copyable {
    private let shared: Firewall.SharedSocket
    private var socket: NetlinkSocket { _read { yield shared.socket } }

    /// Opens a socket in the calling thread's network namespace.
    public init() throws(NetlinkError) {
        shared = try Firewall.SharedSocket()
    }

    /// Serves itself of a firewall's socket.
    public init(sharing firewall: borrowing Firewall) {
        shared = firewall.shared
    }

    /// Forgets the UDP flows to the host ports of mappings.
    public borrowing func forget(_ mappings: [PortMapping]) throws(NetlinkError) {
        let ports = mappings.filter { $0.transportProtocol == .udp }
            .map { UInt32($0.hostPort)..<UInt32($0.hostPort) + UInt32($0.range) }
        guard !ports.isEmpty else { return }
        let flows: [NetlinkReply]
        do throws(NetlinkError) {
            flows = try socket.dump(Self.message(IPCTNL_MSG_CT_GET, family: AF_UNSPEC) { _ in })
        } catch  where error.errno == EOPNOTSUPP || error.errno == EINVAL {
            // A kernel without connection tracking over netlink: flows end by themselves, after 30 seconds of silence.
            return
        }
        let doomed = flows.compactMap { flow -> NetlinkRequest? in
            guard let family = flow.field(0, as: UInt8.self),
                let tuple = flow.attributes(after: 4).first(CTA_TUPLE_ORIG.rawValue),
                let transport = tuple.nested.first(CTA_TUPLE_PROTO.rawValue)?.nested,
                transport.first(CTA_PROTO_NUM.rawValue)?.number(UInt8.self) == UInt8(IPPROTO_UDP),
                let port = transport.first(CTA_PROTO_DST_PORT.rawValue)?.number(UInt16.self)?.bigEndian,
                ports.contains(where: { $0.contains(UInt32(port)) })
            else { return nil }
            return Self.message(IPCTNL_MSG_CT_DELETE, family: Int32(family)) {
                $0.put(CTA_TUPLE_ORIG.rawValue | UInt32(NLA_F_NESTED), bytes: Array(tuple.bytes))
            }
        }
        do throws(NetlinkError) { try socket.perform(doomed) } catch  where error.errno == ENOENT {
            // One that ended meanwhile.
        }
    }

    private static func message(
        _ type: cntl_msg_types,
        family: Int32,
        _ body: (inout NetlinkMessageBuilder) -> Void
    ) -> NetlinkRequest {
        var message = NetlinkMessageBuilder(type: UInt16(NFNL_SUBSYS_CTNETLINK) << 8 | UInt16(type.rawValue))
        message.append(nfgenmsg(nfgen_family: UInt8(family), version: UInt8(NFNETLINK_V0), res_id: 0))
        body(&message)
        return message.request("IPCTNL_MSG_CT", "udp")
    }
}
