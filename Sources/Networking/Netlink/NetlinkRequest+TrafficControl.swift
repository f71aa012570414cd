import CNetlink
import Glibc

extension NetlinkRequest {
    /// Limits what leaves by a link, with a token bucket (tc-tbf(8)) as its only queue.
    ///
    /// - Parameters:
    ///   - bitsPerSecond: at least 8.
    ///   - latency: how long a packet may wait, in milliseconds; what would wait longer is dropped.
    public static func limitRate(of link: Int32, bitsPerSecond: UInt64, latency: UInt64 = 25) -> NetlinkRequest {
        let rate = max(1, bitsPerSecond / 8)
        // What may leave at once: four milliseconds' worth, and never less than the largest packet that segmentation offload
        // makes, which would be cut up otherwise.
        let burst = UInt32(clamping: max(rate / 250, 65_536))
        let queue = UInt32(clamping: max(rate * latency / 1000, 65_536) + UInt64(burst))
        var message = queueMessage(link, parent: UInt32(0xffff_ffff), handle: 0x1_0000)
        message.put(TCA_KIND, "tbf")
        message.nest(TCA_OPTIONS) { options in
            // tc_tbf_qopt: two tc_ratespec (cell_log, linklayer 1 Ethernet, overhead, cell_align, mpu, rate), limit, buffer, mtu.
            func spec(_ rate: UInt32) -> [UInt8] { [0, 1, 0, 0, 0, 0, 0, 0] + bytes(rate) }
            let parameters = spec(UInt32(clamping: rate)) + spec(0) + bytes(queue) + bytes(0) + bytes(0)
            options.put(TCA_TBF_PARMS, bytes: parameters)
            if rate > UInt64(UInt32.max) { options.put(TCA_TBF_RATE64, rate) }
            options.put(TCA_TBF_BURST, burst)
        }
        return message.request("RTM_NEWQDISC", "rate of link \(link)")
    }

    /// Lets what comes in by a link be looked at before anything else sees it.
    public static func openIngress(of link: Int32) -> NetlinkRequest {
        // TC_H_INGRESS; its own number is ffff:.
        var message = queueMessage(link, parent: 0xffff_fff1, handle: 0xffff_0000)
        message.put(TCA_KIND, "ingress")
        message.nest(TCA_OPTIONS) { _ in }
        return message.request("RTM_NEWQDISC", "ingress of link \(link)")
    }

    /// Sends everything that comes in by a link out by another one (of kind `ifb`), which gives it back when it has passed.
    public static func redirectIngress(of link: Int32, to other: Int32) -> NetlinkRequest {
        var message = NetlinkMessageBuilder(type: UInt16(RTM_NEWTFILTER), flags: NLM_F_CREATE | NLM_F_EXCL)
        var header = tcmsg()
        header.tcm_ifindex = link
        header.tcm_parent = 0xffff_0000
        // Preference 1, every protocol (ETH_P_ALL in network order).
        header.tcm_info = 1 << 16 | UInt32(UInt16(3).bigEndian)
        message.append(header)
        message.put(TCA_KIND, "u32")
        message.nest(TCA_OPTIONS) { options in
            // tc_u32_sel: TERMINAL, one key whose mask is 0 and matches everything.
            options.put(TCA_U32_SEL, bytes: [1, 0, 1] + [UInt8](repeating: 0, count: 13 + 16))
            options.nest(TCA_U32_ACT) { actions in
                actions.nest(1) { action in
                    action.put(TCA_ACT_KIND, "mirred")
                    action.nest(TCA_ACT_OPTIONS) {
                        // tc_mirred: index, capab, action TC_ACT_STOLEN, refcnt, bindcnt, TCA_EGRESS_REDIR, ifindex.
                        $0.put(TCA_MIRRED_PARMS, bytes: [0, 0, 4, 0, 0, 1, UInt32(bitPattern: other)].flatMap(bytes))
                    }
                }
            }
        }
        return message.request("RTM_NEWTFILTER", "link \(link) to link \(other)")
    }

    private static func queueMessage(_ link: Int32, parent: UInt32, handle: UInt32) -> NetlinkMessageBuilder {
        var message = NetlinkMessageBuilder(type: UInt16(RTM_NEWQDISC), flags: NLM_F_CREATE | NLM_F_REPLACE)
        var header = tcmsg()
        header.tcm_ifindex = link
        header.tcm_parent = parent
        header.tcm_handle = handle
        message.append(header)
        return message
    }

    private static func bytes(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number) { Array($0) } }
}
