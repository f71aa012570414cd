import JSONCoding
import Linux
import Monitor
import Testing

struct StatusRecordTests {
    @Test func aRunningContainer() throws {
        let record = StatusRecord(id: "a", pid: 7, startTime: 99, startedAt: Timestamp(seconds: 0, nanoseconds: 5))
        let text = String(decoding: record.json, as: UTF8.self)
        #expect(
            text == """
                {"version": 1, "id": "a", "pid": 7, "startTime": 99, "startedAt": "1970-01-01T00:00:00.000000005Z"}

                """
        )
    }

    @Test func anEnd() throws {
        var record = StatusRecord(id: "a", pid: 7)
        record.end = StatusRecord.End(finishedAt: Timestamp(seconds: 1), status: .signaled(9), oomKilled: true)
        let node = try JSON.parse(record.json)
        #expect(node["exitCode"]?.value == .integer(137))
        #expect(node["signal"]?.value == .integer(9))
        #expect(node["oomKilled"]?.value == .bool(true))
        record.end?.status = .exited(3)
        let other = try JSON.parse(record.json)
        #expect(other["exitCode"]?.value == .integer(3))
        #expect(other["signal"] == nil)
    }

    @Test func anyMessageIsAJSONString() throws {
        var record = StatusRecord(id: "a")
        let message = "quote \" backslash \\ line\nbreak tab\t bell\u{7} ü \u{1F600}"
        record.error = message
        #expect(try JSON.parse(record.json)["error"]?.stringValue == message)
    }
}
