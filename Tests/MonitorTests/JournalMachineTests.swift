import JSONCoding
import Linux
import TestSupport
import Testing

/// The built program and the journal of a machine that is the tests' own, read back by journalctl.
@Suite(.needsSystemdMachine) struct JournalMachineTests {
    /// Entries of one container, the oldest first.
    private func entries(_ id: String, _ matches: [String] = []) throws -> [JSONNode] {
        _ = try Command("journalctl", "--sync").run().checked()
        let arguments = ["journalctl", "-o", "json", "--all", "--no-pager", "CONTAINER_ID_FULL=\(id)"] + matches
        return try Command(arguments).run().checked().output.split(separator: UInt8(ascii: "\n")).map {
            try JSON.parse(Array($0))
        }
    }

    private func id() throws -> String {
        String(decoding: try FileSystem.read("/proc/sys/kernel/random/uuid"), as: UTF8.self).filter(\.isHexDigit)
    }

    @Test func eachFieldIsInTheJournal() throws {
        let id = try id()
        let monitor = try MonitorProcess(
            "echo out; echo err >&2",
            id: id,
            flags: [
                "-l", "journald:", "--log-tag", "shop/web", "--log-label", "POD_NAME=web", "--log-label",
                "POD_NAMESPACE=shop", "--log-label", "POD_UID=u-1",
            ]
        )
        try monitor.wait()
        let found = try entries(id, ["CONTAINER_NAME=test", "POD_NAME=web"])
        let byMessage = Dictionary(found.map { ($0["MESSAGE"]?.stringValue ?? "", $0) }) { $1 }
        #expect(byMessage.keys.sorted() == ["err", "out"])
        #expect(byMessage["out"]?["PRIORITY"]?.stringValue == "6")
        #expect(byMessage["err"]?["PRIORITY"]?.stringValue == "3")
        let golden = [
            "CONTAINER_ID": String(id.prefix(12)), "CONTAINER_NAME": "test", "CONTAINER_TAG": "shop/web",
            "SYSLOG_IDENTIFIER": "shop/web", "POD_NAME": "web", "POD_NAMESPACE": "shop", "POD_UID": "u-1",
            "_TRANSPORT": "journal", "_COMM": "swiftlet-monito",
        ]
        for entry in found {
            for (name, value) in golden { #expect(entry[name]?.stringValue == value, "\(name)") }
        }
    }

    @Test func bytesOrderAndLongLinesAreKept() throws {
        let id = try id()
        let monitor = try MonitorProcess(
            #"printf '\001\377x\n'; seq 1 1000; head -c 40000 /dev/zero | tr '\0' y; echo"#,
            id: id,
            log: "journald:"
        )
        try monitor.wait()
        let found = try entries(id)
        guard case .array(let bytes) = try #require(found.first?["MESSAGE"]).value else {
            Issue.record("not bytes: \(found[0])")
            return
        }
        #expect(bytes.map(\.value) == [.integer(1), .integer(255), .integer(120)])
        let text = found.dropFirst().compactMap { $0["MESSAGE"]?.stringValue }
        #expect(text.prefix(1000) == ArraySlice((1...1000).map { "\($0)" }))
        #expect(text.dropFirst(1000).joined() == String(repeating: "y", count: 40_000))
        let partial = found.filter { $0["CONTAINER_PARTIAL_MESSAGE"]?.stringValue == "true" }
        #expect(partial.count == found.count - 1002)
    }

    @Test func anEntryThatComesAsAFileIsTaken() throws {
        let id = try id()
        let large = ["A", "B", "C"].flatMap {
            ["--log-label", "LARGE_\($0)=" + String(repeating: "x", count: 120_000)]
        }
        let monitor = try MonitorProcess("echo small", id: id, log: "journald:", flags: large)
        try monitor.wait()
        let found = try entries(id)
        #expect(found.map { $0["MESSAGE"]?.stringValue } == ["small"])
        #expect(found.first?["LARGE_C"]?.stringValue?.utf8.count == 120_000)
    }
}
