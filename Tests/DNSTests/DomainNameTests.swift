import DNS
import NetworkSpec
import Testing

@Suite struct DomainNameTests {
    @Test func caseAndTheLastDotMakeNoDifference() {
        #expect(DomainName("Web.DNS.Podman.") == DomainName("web.dns.podman"))
        #expect(DomainName("web")?.wire == [3] + Array("web".utf8) + [0])
        #expect(DomainName(".")?.wire == [0])
    }

    @Test(arguments: [
        "a..b", ".a", String(repeating: "x", count: 64), Array(repeating: "abcdefg", count: 33).joined(separator: "."),
    ]) func notAName(text: String) {
        #expect(DomainName(text) == nil)
    }

    @Test func aNameBelowAnotherIsTheRestOfIt() throws {
        let domain = try #require(DomainName("dns.podman"))
        #expect(DomainName("web.dns.podman")?.relative(to: domain) == DomainName("web"))
        #expect(DomainName("a.b.dns.podman")?.relative(to: domain) == DomainName("a.b"))
        #expect(domain.relative(to: domain) == nil)
        // The bytes of the suffix, but not at the border of a label: \x03dns stands within a longer label.
        #expect(DomainName(wire: [5, 120, 3, 100, 110, 115, 6] + Array("podman".utf8) + [0]).relative(to: domain) == nil)
    }

    @Test func bytesThatAreNoTextAreWrittenAsNumbers() {
        #expect(DomainName(wire: [3, 0x61, 0x2E, 0x07, 0]).description == "a\\.\\007.")
        #expect(DomainName.root.description == ".")
    }

    @Test(arguments: [
        ("4.3.2.1.in-addr.arpa", "1.2.3.4"),
        ("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa", "fd00::1"),
    ]) func reverseNames(name: String, address: String) throws {
        #expect(IPAddress(reverse: try #require(DomainName(name))) == IPAddress(address))
    }

    @Test(arguments: ["3.2.1.in-addr.arpa", "256.3.2.1.in-addr.arpa", "1.d.f.ip6.arpa", "in-addr.arpa", "4.3.2.1"])
    func namesThatAreNoAddress(name: String) throws {
        #expect(IPAddress(reverse: try #require(DomainName(name))) == nil)
    }
}
