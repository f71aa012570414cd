import NetworkSpec
import Testing

@Suite("Addresses and prefixes") struct IPAddressTests {
    @Test(
        "IPv4: what is written is read and written the same",
        arguments: ["0.0.0.0", "10.89.0.1", "255.255.255.255", "127.0.0.1"]
    ) func ipv4RoundTrip(text: String) throws {
        #expect(try #require(IPv4Address(text)).description == text)
        #expect(IPAddress(text)?.family == .v4)
    }

    @Test(
        "Not an address of either family",
        arguments: [
            "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "1..2.3", "1.2.3.-4", "a.b.c.d", ":", ":::",
            "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "fe80::1%eth0", "::1.2.3", "1.2.3.4::",
            "1:2:3:4:5:6:7::8", "::g", "1:2:3:4:5:6:7:1.2.3.4", "٣.1.1.1",
        ]
    ) func notAnAddress(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(
        "IPv6: any form is read, RFC 5952's is written",
        arguments: [
            ("::", "::"), ("::1", "::1"), ("fd00:0:0:0::1", "fd00::1"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("::ffff:10.0.0.1", "::ffff:10.0.0.1"),
            ("64:ff9b::1.2.3.4", "64:ff9b::102:304"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1::", "1::"),
            ("0:0:1::", "0:0:1::"),
        ]
    ) func ipv6(text: String, written: String) throws {
        #expect(try #require(IPv6Address(text)).description == written)
    }

    @Test("Bytes there and back", arguments: ["10.0.0.7", "fd00:1::ff"])
    func bytes(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(IPAddress(bytes: address.bytes) == address)
        #expect(IPAddress(bytes: [1, 2, 3]) == nil)
    }

    @Test("A prefix knows its network, its hosts and its ends") func prefix() throws {
        let prefix = try #require(IPPrefix("10.89.3.7/16"))
        #expect(prefix.network.description == "10.89.0.0/16")
        #expect(prefix.hosts == (try #require(IPAddress("10.89.0.1")))...(try #require(IPAddress("10.89.255.254"))))
        #expect(prefix.contains(try #require(IPAddress("10.89.200.1"))))
        #expect(!prefix.contains(try #require(IPAddress("10.90.0.1"))))
        #expect(!prefix.contains(try #require(IPAddress("::"))))
        let six = try #require(IPPrefix("fd00::/64"))
        #expect(six.hosts.lowerBound.description == "fd00::1")
        #expect(six.hosts.upperBound.description == "fd00::ffff:ffff:ffff:ffff")
        #expect(try #require(IPPrefix("::/0")).contains(try #require(IPAddress("ffff::"))))
        #expect(IPPrefix("10.0.0.1")?.length == 32)
    }

    @Test("No prefixes", arguments: ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/1/2", "::/129", "/8", "x/8"])
    func notAPrefix(text: String) {
        #expect(IPPrefix(text) == nil)
    }

    @Test("Overlap is mutual") func overlap() throws {
        let wide = try #require(IPPrefix("10.0.0.0/8"))
        let narrow = try #require(IPPrefix("10.89.0.0/16"))
        let other = try #require(IPPrefix("10.90.0.0/16"))
        #expect(wide.overlaps(narrow) && narrow.overlaps(wide))
        #expect(!narrow.overlaps(other) && !other.overlaps(narrow))
    }

    @Test("Hardware addresses") func macAddress() throws {
        let address = try #require(MACAddress("0a:58:0A:59:00:02"))
        #expect(address.description == "0a:58:0a:59:00:02")
        #expect(address == MACAddress(of: IPv4Address(10, 89, 0, 2)))
        for text in ["", "0a:58", "0a:58:0a:59:00:02:03", "0a-58-0a-59-00-02", "0a:58:0a:59:00:+2", "a:58:a:59:0:2"] {
            #expect(MACAddress(text) == nil)
        }
    }
}
