import Glibc
import NetworkSpec
import Networks
import TestSupport
import Testing

@Suite("The folder of definitions") struct NetworkDefinitionsTests {
    private func load(_ files: [String: String]) throws -> NetworkDefinitions {
        let directory = try TemporaryDirectory("netconf")
        for (name, text) in files { try directory.write(name, text) }
        return try NetworkDefinitions(directory: directory.path)
    }

    private func bridge(_ name: String, _ subnet: String, _ interface: String) -> String {
        #"{"name":"\#(name)","driver":"bridge","network_interface":"\#(interface)","subnets":[{"subnet":"\#(subnet)"}]}"#
    }

    @Test("A bad file is named, and the others are read") func badFile() throws {
        let definitions = try load([
            "good.json": bridge("good", "10.1.0.0/24", "br1"),
            "broken.json": "{",
            "typo.json": #"{"name":"typo","driver":"bridge","subnet":[]}"#,
            ".hidden.json": "{", "note.txt": "{",
        ])
        #expect(definitions.byName.keys.sorted() == ["good"])
        #expect(definitions.problems.count == 2)
        #expect(definitions.problems[0].description.contains("broken.json: line 1"))
        #expect(definitions.problems[1].description.contains("typo.json: line 1, column 34: subnet: unknown member"))
    }

    @Test("Two files of one name, bridge or subnet: the first stays, the second names it") func overlap() throws {
        let definitions = try load([
            "a.json": bridge("one", "10.1.0.0/16", "br1"),
            "b.json": bridge("one", "10.2.0.0/16", "br2"),
            "c.json": bridge("three", "10.3.0.0/16", "br1"),
            "d.json": bridge("four", "10.1.4.0/24", "br4"),
        ])
        #expect(definitions.byName.keys.sorted() == ["one"])
        #expect(definitions.problems.count == 3)
        #expect(definitions.problems.allSatisfy { $0.message.contains("/a.json") })
    }

    @Test("Several networks of other machines have one parent; with a bridge it is one network's") func parents() throws {
        let definitions = try load([
            "a.json": bridge("one", "10.1.0.0/16", "br1"),
            "b.json": bridge("two", "10.2.0.0/16", "eth0").replacing(#""bridge""#, with: #""macvlan""#),
            "c.json": bridge("three", "10.3.0.0/16", "eth0").replacing(#""bridge""#, with: #""macvlan""#),
            "d.json": bridge("four", "10.4.0.0/16", "br1").replacing(#""bridge""#, with: #""macvlan""#),
            "e.json": bridge("five", "10.3.0.0/24", "eth0").replacing(#""bridge""#, with: #""macvlan""#),
        ])
        #expect(definitions.byName.keys.sorted() == ["one", "three", "two"])
        #expect(definitions.problems.map { $0.message.contains("br1 belongs to") } == [true, false])
        #expect(definitions.problems.last?.message.contains("overlaps 10.3.0.0/16") == true)
    }

    @Test("A missing folder is an empty one") func missing() throws {
        let definitions = try NetworkDefinitions(directory: "/nonexistent/netconf")
        #expect(definitions.byName.isEmpty && definitions.problems.isEmpty)
    }

    @Test("The sample of netconf/ is a valid definition of the default network") func sample() throws {
        // The sources may be seen through a symlink; the sample lies beside the real ones.
        let file = try #require(realpath(#filePath, nil))
        defer { free(file) }
        let root = String(cString: file).split(separator: "/").dropLast(3).joined(separator: "/")
        let definitions = try NetworkDefinitions(directory: "/\(root)/netconf")
        #expect(definitions.problems.isEmpty)
        #expect(definitions.byName[NetworkDefinitions.defaultName]?.networkInterface == "swiftlet0")
    }
}
