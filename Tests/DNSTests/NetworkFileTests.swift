import DNS
import Linux
import NetworkSpec
import TestSupport
import Testing

@Suite struct NetworkFileTests {
    @Test func whatIsWrittenIsRead() throws {
        let network = NetworkNames(
            name: "n",
            isInternal: false,
            addresses: try ["10.89.0.1", "fd00::1"].map { try #require(IPAddress($0)) },
            servers: [try #require(IPAddress("9.9.9.9"))],
            containers: [
                .init(
                    id: "abc",
                    addresses: try ["10.89.0.2", "fd00::2"].map { try #require(IPAddress($0)) },
                    names: ["web", "www"],
                    servers: nil,
                    services: [.init(name: "http", protocol: "tcp", port: 80)]
                ),
                .init(id: "def", addresses: [], names: ["idle"], servers: nil, services: []),
            ]
        )
        let text = NetworkFile.text(of: network)
        #expect(text == "10.89.0.1,fd00::1 9.9.9.9\nabc 10.89.0.2 fd00::2 web,www  http/tcp/80\ndef   idle\n")
        #expect(try NetworkFile.parse(text, name: "n", isInternal: false) == network)
    }

    @Test(arguments: [
        ("", 1), ("\n", 2), ("10.89.0", 1), ("10.89.0.1 8.8.8", 1), ("10.89.0.1\nabc 10.89.0.2", 2),
        ("10.89.0.1\n\nabc fd00::2  web", 3), ("10.89.0.1\nabc 10.89.0.2  web  http/80", 2),
    ]) func whatMakesNoSenseSaysWhere(text: String, line: Int) {
        let fault = #expect(throws: NetworkFile.Fault.self) { try NetworkFile.parse(text, name: "n", isInternal: false) }
        #expect(fault?.line == line)
    }

    @Test func aFileThatIsBeingWrittenLeavesItsNetworkAsItWas() throws {
        let directory = try TemporaryDirectory()
        try FileSystem.write("\(directory.path)/aardvark.pid", Array("1".utf8))
        try FileSystem.write("\(directory.path)/.a.7.7.tmp", Array("10.8".utf8))
        try FileSystem.write("\(directory.path)/a", Array("10.89.0.1\nabc 10.89.0.2  web\n".utf8))
        try FileSystem.write("\(directory.path)/b%int", Array("10.90.0.1\nabc 10.90.0.2  web\n".utf8))
        var folder = NetworkFolder(path: directory.path)
        #expect(try folder.read() == NetworkFolder.Report(isEmpty: false, faults: []))
        #expect(folder.networks["b%int"]?.isInternal == true && folder.networks["b%int"]?.name == "b")

        // Truncated, as netavark does before it writes: the fault that makes aardvark-dns exit.
        try FileSystem.write("\(directory.path)/a", [])
        try FileSystem.removeFile("\(directory.path)/b%int")
        let report = try folder.read()
        #expect(!report.isEmpty && report.faults.count == 1)
        #expect(folder.networks["a"]?.containers.map(\.names) == [["web"]])
        #expect(folder.networks["b%int"] == nil)

        try FileSystem.removeFile("\(directory.path)/a")
        #expect(try folder.read() == NetworkFolder.Report(isEmpty: true, faults: []))
    }

    @Test func theHostsServers() {
        let text = "# nameserver 1.1.1.1\nsearch x\nnameserver\t10.0.0.1\nnameserver fe80::1%eth0\noptions ndots:2\nnameserver 3.3.3.3\nnameserver 4.4.4.4"
        #expect(HostServers(text).servers == ["10.0.0.1", "fe80::1%eth0", "3.3.3.3"])
    }

    /// As aardvark-dns reads them, whose lines end either way.
    @Test func linesMayEndWithACarriageReturn() throws {
        let text = "10.89.0.1\r\nabc 10.89.0.2  web,www\r\n\r\n"
        let network = try NetworkFile.parse(text, name: "n", isInternal: false)
        #expect(network.containers.map(\.names) == [["web", "www"]])
    }
}
