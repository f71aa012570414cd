import Firewall
import NetworkSpec
import Testing

/// The bytes of nf_tables messages, field by field (linux/netfilter/nf_tables.h). Little-endian machines.
@Suite("Messages to nf_tables") struct FirewallMessageTests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test("NFT_MSG_NEWSETELEM: a port of the host and where it leads") func element() throws {
        var transaction = FirewallTransaction()
        transaction.add(
            FirewallElement.ports(
                PortMapping(hostPort: 8080, containerPort: 80),
                to: [try #require(IPAddress("10.91.0.2"))],
                owner: "ab"
            )
        )
        let message = try #require(transaction.messages.first)
        #expect(transaction.messages.count == 1)
        let text = hex(message.bytes)
        // length, type NFNL_SUBSYS_NFTABLES 10 and message 12, NLM_F_CREATE|NLM_F_EXCL; nfgenmsg of family inet
        #expect(text.dropFirst(8).hasPrefix("0c0a0006000000000000000001000000"))
        // NFTA_SET_ELEM_LIST_TABLE "swiftlet", NFTA_SET_ELEM_LIST_SET "ports4"
        #expect(text.contains("0d00010073776966746c657400000000"))
        #expect(text.contains("0b000200706f727473340000"))
        // NFTA_SET_ELEM_KEY { NFTA_DATA_VALUE: tcp, 8080 }, each in four bytes
        #expect(text.contains("100001800c000100060000001f900000"))
        // NFTA_SET_ELEM_DATA { NFTA_DATA_VALUE: 10.91.0.2, 80 }
        #expect(text.contains("100002800c0001000a5b000200500000"))
        // NFTA_SET_ELEM_USERDATA: comment "ab"
        #expect(text.contains("090006000003616200"))
    }

    @Test("NFT_MSG_DELTABLE") func deleteTable() throws {
        var transaction = FirewallTransaction()
        transaction.removeTable()
        let message = try #require(transaction.messages.first)
        let wanted: [UInt8] = [
            // length 36, type 0x0a02, flags, sequence, port
            36, 0, 0, 0, 2, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            // family inet, version, resource
            1, 0, 0, 0,
            // NFTA_TABLE_NAME "swiftlet"
            13, 0, 1, 0, 115, 119, 105, 102, 116, 108, 101, 116, 0, 0, 0, 0,
        ]
        #expect(message.bytes == wanted)
    }

    @Test("The rules do not grow with networks and pods") func fixedSize() {
        var transaction = FirewallTransaction()
        transaction.makeTable()
        // A table, nine sets and maps, six chains, their flushing, fifteen rules.
        #expect(transaction.messages.count == 1 + 9 + 6 + 6 + 15)
    }
}
