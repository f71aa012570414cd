import DNS
import NetworkSpec
import Testing

@Suite struct NameTableTests {
    private let service: NameService

    init() throws {
        let files = [
            try NetworkFile.parse(
                """
                10.89.0.1,fd01::1 9.9.9.9
                aaa 10.89.0.2  aone,a1
                bbb 10.89.0.3 fd01::3 both,b1  http/tcp/8080
                ccc 10.89.0.4  own 8.8.8.8
                """,
                name: "a",
                isInternal: false
            ),
            try NetworkFile.parse("10.90.0.1\nbbb 10.90.0.3  both\nddd 10.90.0.4  btwo\n", name: "b", isInternal: false),
            try NetworkFile.parse("10.91.0.1\neee 10.91.0.2  inner\nbbb 10.91.0.3  both\n", name: "c", isInternal: true),
        ]
        service = NameService(NameTable(files, searchDomain: DomainName("dns.podman"), forwards: true))
    }

    private func ask(
        _ name: String,
        _ type: Int,
        from source: String = "10.89.0.2",
        on network: Int = 0
    ) throws -> Wire.Answer {
        Wire.Answer(try #require(Wire.answer(service, Wire.query(name, type), from: source, on: network)))
    }

    private func servers(_ name: String, from source: String, on network: Int = 0) throws -> [String]? {
        let query = try Wire.parse(Wire.query(name, 1))
        let source = try #require(IPAddress(source))
        guard case .forward(let servers) = service.table.resolve(query, from: source, on: network) else { return nil }
        return servers.map(\.description)
    }

    @Test(arguments: ["aone", "A1", "aone.dns.podman", "aone.DNS.podman."]) func aName(name: String) throws {
        let answer = try ask(name, 1)
        #expect(answer.code == 0 && answer.counts == [1, 1, 0, 0])
        #expect(answer.records.map(\.data) == [[10, 89, 0, 2]])
    }

    @Test func aContainerHasTheNamesOfItsNetworksOnly() throws {
        #expect(try ask("btwo", 1, from: "10.89.0.3").records.map(\.data) == [[10, 90, 0, 4]])
        // By its other address, asked at the other network's.
        #expect(try ask("aone", 1, from: "10.90.0.3", on: 1).records.map(\.data) == [[10, 89, 0, 2]])
        #expect(try servers("btwo", from: "10.89.0.2") == ["9.9.9.9"])
        #expect(try ask("btwo.dns.podman", 1).code == 3)
    }

    @Test func aNameOnSeveralNetworksHasAnAddressOnEach() throws {
        let answer = try ask("both", 1, from: "10.89.0.3")
        #expect(answer.records.map(\.data) == [[10, 89, 0, 3], [10, 90, 0, 3], [10, 91, 0, 3]])
    }

    @Test func theHostSeesTheNetworkThatItAsks() throws {
        #expect(try ask("btwo", 1, from: "10.90.0.1", on: 1).records.count == 1)
        #expect(try ask("aone.dns.podman", 1, from: "10.90.0.1", on: 1).code == 3)
    }

    @Test(arguments: [28, 15, 16, 65]) func aKnownNameWithoutSuchARecordIsAnEmptyAnswer(type: Int) throws {
        let answer = try ask("aone", type)
        // With the zone's SOA, which makes it final.
        #expect(answer.code == 0 && answer.counts == [1, 0, 1, 0])
        #expect(answer.records.first?.type == 6)
    }

    @Test func everyFamilyForAny() throws {
        #expect(try ask("b1", 255).records.map(\.type) == [1, 28])
    }

    @Test func addressesBackToNames() throws {
        let answer = try ask("3.0.89.10.in-addr.arpa", 12)
        #expect(answer.records.map(\.data) == [Wire.name("both"), Wire.name("b1")])
        let sixth = try ask("3" + String(repeating: ".0", count: 27) + ".1.0.d.f.ip6.arpa", 12)
        #expect(sixth.records.map(\.data) == [Wire.name("both"), Wire.name("b1")])
        #expect(try servers("8.8.8.8.in-addr.arpa", from: "10.89.0.2") == ["9.9.9.9"])
    }

    @Test func servicesByName() throws {
        let answer = try ask("_http._tcp.b1.dns.podman", 33)
        #expect(answer.counts == [1, 1, 0, 2])
        #expect(answer.records.first?.data == [0, 0, 0, 0] + Wire.number(8080) + Wire.name("b1.dns.podman"))
        #expect(answer.records.dropFirst().map(\.type) == [1, 28])
        #expect(try ask("_ftp._tcp.b1.dns.podman", 33).code == 3)
    }

    @Test func whoIsAskedOutside() throws {
        #expect(try servers("example.org", from: "10.89.0.2") == ["9.9.9.9"])
        #expect(try servers("example.org", from: "10.89.0.4") == ["8.8.8.8"])
        #expect(try servers("example.org", from: "10.90.0.4", on: 1) == [])
        #expect(try servers("printer.local", from: "10.89.0.2") == ["9.9.9.9"])
    }

    @Test func anInternalNetworkAsksNobody() throws {
        #expect(try ask("example.org", 1, from: "10.91.0.2", on: 2).code == 3)
        // Somebody there who is in no file yet, and the host itself.
        #expect(try ask("example.org", 1, from: "10.91.0.9", on: 2).code == 3)
        #expect(try servers("example.org", from: "10.91.0.1", on: 2) == [])
        // One that has another network as well.
        #expect(try servers("example.org", from: "10.91.0.3", on: 2) == ["9.9.9.9"])
    }

    @Test func namesThatNobodyOutsideKnowsBetter() throws {
        #expect(try ask("localhost", 1).records.map(\.data) == [[127, 0, 0, 1]])
        #expect(try ask("db.localhost", 28).records.map(\.type) == [28])
        #expect(try ask("1.0.0.127.in-addr.arpa", 12).records.map(\.data) == [Wire.name("localhost")])
        #expect(try ask("x.invalid", 1).code == 3)
        #expect(try ask("x.onion", 1).code == 3)
    }

    @Test func refusals() throws {
        #expect(try ask("aone", 252).code == 5)
        let chaos = try #require(Wire.answer(service, Wire.query("version.bind", 16, class: 3)))
        #expect(Wire.Answer(chaos).code == 5)
        var update = Wire.query("aone", 1)
        update[2] |= 0x28
        let answer = try #require(Wire.answer(service, update))
        #expect(Wire.Answer(answer).code == 4 && answer.count == 12)
    }

    @Test func theQuestionComesBackAsItWasSpelled() throws {
        let query = Wire.query("aOnE", 1)
        let answer = try #require(Wire.answer(service, query))
        #expect(Array(answer[12..<query.count]) == Array(query[12...]))
        #expect(answer[0] == 0x12 && answer[1] == 0x34 && answer[2] & 0x81 == 0x81 && answer[3] & 0x80 == 0x80)
    }

    @Test func moreThanTheClientTakesIsCut() throws {
        let lines = (0..<200).map { "c\($0) 10.89.\($0 / 250 + 1).\($0 % 250 + 1)  many" }
        let file = try NetworkFile.parse("10.89.0.1\n" + lines.joined(separator: "\n"), name: "a", isInternal: false)
        let service = NameService(NameTable([file], searchDomain: nil, forwards: true))
        let plain = try #require(Wire.answer(service, Wire.query("many", 1)))
        #expect(plain.count <= 512 && Wire.Answer(plain).isTruncated)
        let large = try #require(Wire.answer(service, Wire.query("many", 1, payloadSize: 4096)))
        #expect(large.count <= 1232 && large.count > 512 && Wire.Answer(large).isTruncated && Wire.Answer(large).hasOptions)
        let stream = try #require(Wire.answer(service, Wire.query("many", 1), over: .stream, room: 65535))
        #expect(Wire.Answer(stream).counts[1] == 200 && !Wire.Answer(stream).isTruncated)
    }
}
