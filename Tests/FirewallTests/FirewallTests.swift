import Firewall
import Glibc
import Linux
import Netlink
import NetworkSpec
import TestSupport
import Testing

@Suite("The table in the kernel", .needsPrivateHost) struct FirewallTests {
    private let pod = IPAddress("10.91.0.2").map { [$0] } ?? []

    private func nft(_ arguments: String...) throws -> String {
        try Command(["nft"] + arguments).run().checked().text
    }

    @Test("nft reads the table as it was meant") func listing() throws {
        try inPrivateNetwork {
            let firewall = try Firewall()
            try firewall.ensureTable()
            var transaction = FirewallTransaction()
            transaction.add(
                FirewallElement.network(
                    bridge: "swiftlet0",
                    subnets: [try #require(IPPrefix("10.91.0.0/16")), try #require(IPPrefix("fd00::/64"))],
                    isInternal: false,
                    owner: "podnet"
                )
            )
            transaction.add(FirewallElement.ports(PortMapping(hostPort: 8080, containerPort: 80), to: pod, owner: "uid-1"))
            transaction.add(
                FirewallElement.ports(
                    PortMapping(.udp, hostIP: IPAddress("127.0.0.1"), hostPort: 53, containerPort: 5353),
                    to: pod + [try #require(IPAddress("fd00::2"))],
                    owner: "uid-2"
                )
            )
            try firewall.commit(transaction)
            print(try nft("list", "table", "inet", "swiftlet"))
        }
    }
}
