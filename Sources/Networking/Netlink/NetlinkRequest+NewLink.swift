import CNetlink
import Glibc
import NetworkSpec

extension NetlinkRequest {
    /// A link to make, of any kind.
    public struct NewLink: Sendable, Hashable {
        /// Its name; nil lets the kernel put a number behind the kind.
        public var name: String?
        /// `bridge`, `macvlan`…
        public var kind: String
        /// The largest packet; nil is that of the kind or of the parent.
        public var mtu: UInt32?
        /// Its hardware address; nil lets the kernel choose.
        public var address: MACAddress?
        /// The link that it shares.
        public var parent: Int32?
        /// A descriptor of the network namespace that it goes to, where its name counts; nil is the socket's own.
        public var namespace: Int32?
        /// Settings of the kind.
        public var settings: [Setting]

        /// Describes a link.
        public init(name: String?, kind: String, settings: [Setting] = []) {
            (self.name, self.kind, self.settings) = (name, kind, settings)
        }

        /// A setting of one kind of link.
        public enum Setting: Sendable, Hashable {
            /// A bridge keeps VLANs apart.
            case filtersVLANs
            /// What passes a bridge meets the rules of IP (`nf_call_iptables`, `nf_call_ip6tables`), where br_netfilter is there.
            case showsPacketsToRules
            /// MACVLAN_MODE_…: 1 private, 2 vepa, 4 bridge, 8 passthru, 16 source.
            case macvlanMode(UInt32)
            /// The number of links from which on broadcasts are delayed; negative for never.
            case macvlanBroadcastLimit(Int32)
            /// IPVLAN_MODE_…: 0 L2, 1 L3, 2 L3S.
            case ipvlanMode(UInt16)

            func put(into data: inout NetlinkMessageBuilder) {
                switch self {
                case .filtersVLANs: data.put(IFLA_BR_VLAN_FILTERING, UInt8(1))
                case .showsPacketsToRules:
                    data.put(IFLA_BR_NF_CALL_IPTABLES, UInt8(1))
                    data.put(IFLA_BR_NF_CALL_IP6TABLES, UInt8(1))
                case .macvlanMode(let mode): data.put(IFLA_MACVLAN_MODE, mode)
                // IFLA_MACVLAN_BC_CUTOFF, of Linux 6.4: Debian 12's headers are older.
                case .macvlanBroadcastLimit(let limit): data.put(9, limit)
                case .ipvlanMode(let mode): data.put(IFLA_IPVLAN_MODE, mode)
                }
            }
        }
    }

    /// Makes a link, switched off. EOPNOTSUPP where the kernel does not know the kind.
    public static func createLink(_ link: NewLink) -> NetlinkRequest {
        var message = NetlinkMessageBuilder(type: UInt16(RTM_NEWLINK), flags: NLM_F_CREATE | NLM_F_EXCL)
        message.append(ifinfomsg())
        if let name = link.name { message.put(IFLA_IFNAME, name) }
        if let mtu = link.mtu { message.put(IFLA_MTU, mtu) }
        if let address = link.address { message.put(IFLA_ADDRESS, bytes: address.bytes) }
        if let parent = link.parent { message.put(IFLA_LINK, parent) }
        if let namespace = link.namespace { message.put(IFLA_NET_NS_FD, namespace) }
        put(link.kind, link.settings, into: &message)
        return message.request("RTM_NEWLINK", link.name ?? link.kind)
    }

    /// Changes settings of a link's kind.
    public static func changeLink(_ index: Int32, kind: String, _ settings: [NewLink.Setting]) -> NetlinkRequest {
        var message = NetlinkMessageBuilder(type: UInt16(RTM_NEWLINK))
        var header = ifinfomsg()
        header.ifi_index = index
        message.append(header)
        put(kind, settings, into: &message)
        return message.request("RTM_NEWLINK", "link \(index)")
    }

    private static func put(
        _ kind: String,
        _ settings: [NewLink.Setting],
        into message: inout NetlinkMessageBuilder
    ) {
        message.nest(IFLA_LINKINFO) { info in
            info.put(IFLA_INFO_KIND, kind)
            guard !settings.isEmpty else { return }
            info.nest(IFLA_INFO_DATA) { data in
                for setting in settings { setting.put(into: &data) }
            }
        }
    }

    /// Makes a VLAN the one of a bridge's port: what comes in without a tag belongs to it, and leaves without one.
    public static func setVLAN(_ number: UInt16, ofPort port: Int32) -> NetlinkRequest {
        var message = NetlinkMessageBuilder(type: UInt16(RTM_SETLINK))
        var header = ifinfomsg()
        header.ifi_family = UInt8(AF_BRIDGE)
        header.ifi_index = port
        message.append(header)
        message.nest(IFLA_AF_SPEC) {
            // bridge_vlan_info: flags PVID and UNTAGGED, number. IFLA_BRIDGE_VLAN_INFO is 2.
            $0.put(2, bytes: [6, 0, UInt8(number & 255), UInt8(number >> 8)])
        }
        return message.request("RTM_SETLINK", "VLAN \(number) of link \(port)")
    }
}
