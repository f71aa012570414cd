import Linux
import TestSupport
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

    @Test func readsWhatIsAskedForAndNoMore() throws {
        try withTemporaryDirectory { folder in
            // More than is read at once, and one line that is longer than that.
            let long = String(repeating: "l", count: 40_000)
            var lines = (0..<3000).map { "\($0) 1 0:\($0) / /run/pods/\($0)/a\\040b rw,relatime - tmpfs tmpfs rw" }
            lines.insert("9000 1 0:9 / /run/pods/1000/long rw shared:7 master:8 - overlay overlay lowerdir=/\(long)", at: 2000)
            let table = "\(folder)/mountinfo"
            try FileSystem.write(table, Array((lines.joined(separator: "\n") + "\n").utf8))

            #expect(try MountTable.read(table).count == 3001)
            let found = try MountTable.read(table) { $0.isMounted(onOrBelow: "/run/pods/1000") }
            #expect(found.map(\.mountPoint) == ["/run/pods/1000/a b", "/run/pods/1000/long"])
            #expect(found.last?.overlayLayers == ["/\(long)"])
            #expect(try MountTable.read(table) { $0.isMounted(onOrBelow: "/run/pods/10") }.map(\.id) == [10])
            #expect(try MountTable.read(table) { $0.isMounted(onOrBelow: "/run/pods/10/a b") }.map(\.id) == [10])
            #expect(try MountTable.read(table) { $0.mountPoint == "/run/pods/10/a b" }.map(\.id) == [10])
            #expect(try MountTable.read(table) { $0.type == "overlay" }.map(\.id) == [9000])

            var seen = 0
            try MountTable.scan(table) { line in
                seen += 1
                return line.entry?.id != 41
            }
            #expect(seen == 42)
        }
    }
}
