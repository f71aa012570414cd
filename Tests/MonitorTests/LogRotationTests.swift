import Glibc
import Linux
import Monitor
import TestSupport
import Testing

/// Files that were put aside, and their compression.
struct LogRotationTests {
    /// A gzip file's content, several members behind each other.
    private func unzip(_ path: String) throws -> String {
        let outcome = try Command("/bin/gzip", "-dc", path).run().checked()
        return outcome.text
    }

    /// Everything that a log has, oldest first.
    private func everything(_ path: String, kept: Int) throws -> String {
        var text = ""
        for number in stride(from: kept, to: 0, by: -1) {
            if FileSystem.exists("\(path).\(number)") {
                text += try readWhole("\(path).\(number)")
            } else if FileSystem.exists("\(path).\(number).gz") {
                text += try unzip("\(path).\(number).gz")
            }
        }
        return text + (try readWhole(path))
    }

    private func readWhole(_ path: String) throws -> String { String(decoding: try FileSystem.read(path), as: UTF8.self) }

    @Test func `all but the newest are compressed, and nothing is lost`() throws {
        // A line a read, so that gzip has ended now and then before the next rotation.
        let monitor = try MonitorProcess(
            "i=0; while [ $i -lt 300 ]; do i=$((i + 1)); echo \"line $i\"; [ $((i % 50)) -ne 0 ] || sleep 0.2; done",
            flags: ["--log-size-max", "2000", "--log-max-files", "50", "--log-compress"]
        )
        #expect(try monitor.wait() == .exited(0))
        let names = try FileSystem.list(monitor.folder.path).filter { $0.hasPrefix("log") }
        #expect(names.contains("log") && names.contains("log.1"))
        #expect(!names.contains("log.1.gz") && !names.contains("log.gz.tmp"))
        #expect(names.contains { $0.hasSuffix(".gz") })
        let lines = try everything(monitor.folder("log"), kept: 50).split(separator: "\n")
        #expect(lines.map { String($0.dropFirst(40)) } == (1...300).map { "line \($0)" })
    }

    @Test func `no more files are kept than asked for, compressed ones included`() throws {
        let monitor = try MonitorProcess(
            "i=0; while [ $i -lt 200 ]; do i=$((i + 1)); echo \"line $i\"; [ $((i % 40)) -ne 0 ] || sleep 0.2; done",
            flags: ["--log-size-max", "1000", "--log-max-files", "3", "--log-compress"]
        )
        #expect(try monitor.wait() == .exited(0))
        let numbers = try FileSystem.list(monitor.folder.path).filter { $0.hasPrefix("log.") }.map { $0.split(separator: ".")[1] }
        #expect(Set(numbers) == ["1", "2", "3"] && numbers.count == 3)
        let lines = try everything(monitor.folder("log"), kept: 3).split(separator: "\n").map { String($0.dropFirst(40)) }
        #expect(lines == (1...200).suffix(lines.count).map { "line \($0)" })
    }

    @Test func `JSON and CRI side by side`() throws {
        let folder = try TemporaryDirectory("json")
        let monitor = try MonitorProcess("echo \"a <b>\"; echo c >&2", flags: ["-l", "json-file:\(folder("json"))", "--log-tag", "t"])
        #expect(try monitor.wait() == .exited(0))
        #expect(monitor.entries.sorted() == ["stderr F c", "stdout F a <b>"])
        let lines = try FileSystem.readText(folder("json")).split(separator: "\n").sorted()
        try #require(lines.count == 2)
        #expect(lines[0].hasPrefix(#"{"log":"a \u003cb\u003e\n","stream":"stdout","attrs":{"tag":"t"},"time":"2"#))
        #expect(lines[1].hasPrefix(#"{"log":"c\n","stream":"stderr","attrs":{"tag":"t"},"time":"2"#))
    }
}
