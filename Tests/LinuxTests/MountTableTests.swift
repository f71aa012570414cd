import Linux
import Testing

@Suite struct MountTableTests {
    @Test func parsesLinesAndEscapes() throws {
        let text = """
            36 35 98:0 /mnt1 /mnt\\0402 rw,noatime shared:1 master:2 - ext3 /dev/root rw,errors=continue
            nonsense
            40 36 0:22 / /proc rw - proc proc rw

            """
        let entries = MountTable.parse(text)
        #expect(entries.count == 2)
        let first = try #require(entries.first)
        #expect(first.mountPoint == "/mnt 2")
        #expect(first.root == "/mnt1")
        #expect(first.propagation == ["shared:1", "master:2"])
        #expect(first.type == "ext3")
        #expect(entries.last?.source == "proc")
    }

    @Test func readsOurOwn() throws {
        #expect(try MountTable.read().contains { $0.mountPoint == "/proc" && $0.type == "proc" })
    }
}
