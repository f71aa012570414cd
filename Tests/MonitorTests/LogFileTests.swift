import Glibc
import Linux
import Monitor
import TestSupport
import Testing

struct LogFileTests {
    private func write(_ text: String, to log: LogFile) {
        Array(text.utf8).withUnsafeBytes { log.write($0) }
    }

    private func read(_ path: String) throws -> String {
        String(decoding: try FileSystem.read(path), as: UTF8.self)
    }

    @Test func entriesAreAppended() throws {
        let folder = try TemporaryDirectory("log")
        try folder.write("log", "old\n")
        let log = try LogFile(path: folder("log"))
        write("one\ntwo\n", to: log)
        write("three\n", to: log)
        #expect(try read(folder("log")) == "old\none\ntwo\nthree\n")
    }

    @Test func aFullLogIsPutAsideBetweenEntries() throws {
        let folder = try TemporaryDirectory("log")
        let log = try LogFile(path: folder("log"), rotation: LogRotation(sizeLimit: 10, keptFiles: 2))
        for number in 1...9 { write("line\(number)\n", to: log) }
        #expect(try read(folder("log")) == "line9\n")
        #expect(try read(folder("log.1")) == "line8\n")
        #expect(try read(folder("log.2")) == "line7\n")
        #expect(try FileSystem.list(folder.path) == ["log", "log.1", "log.2"])
    }

    @Test func oneBatchFillsSeveralFiles() throws {
        let folder = try TemporaryDirectory("log")
        let log = try LogFile(path: folder("log"), rotation: LogRotation(sizeLimit: 8, keptFiles: 5))
        write("a\nbb\nccc\ntoo long for any\nd\n", to: log)
        #expect(try read(folder("log.3")) == "a\nbb\n")
        #expect(try read(folder("log.2")) == "ccc\n")
        #expect(try read(folder("log.1")) == "too long for any\n")
        #expect(try read(folder("log")) == "d\n")
    }

    @Test func withoutKeptFilesTheLogBeginsAgain() throws {
        let folder = try TemporaryDirectory("log")
        let log = try LogFile(path: folder("log"), rotation: LogRotation(sizeLimit: 4, keptFiles: 0))
        write("aaa\nbbb\n", to: log)
        #expect(try read(folder("log")) == "bbb\n")
        #expect(try FileSystem.list(folder.path) == ["log"])
    }

    @Test func theSizeOfAnEarlierLogCounts() throws {
        let folder = try TemporaryDirectory("log")
        try folder.write("log", "12345678\n")
        let log = try LogFile(path: folder("log"), rotation: LogRotation(sizeLimit: 10, keptFiles: 1))
        write("x\n", to: log)
        #expect(try read(folder("log.1")) == "12345678\n")
        #expect(try read(folder("log")) == "x\n")
    }

    @Test func aGapIsNotedWhenSpaceReturns() throws {
        let folder = try TemporaryDirectory("log")
        try FileSystem.makeSymbolicLink(at: folder("log"), to: "/dev/full")
        let log = try LogFile(path: folder("log"))
        write("lost\n", to: log)
        write("lost as well\n", to: log)
        try FileSystem.removeFile(folder("log"))
        try log.reopen()
        write("kept\n", to: log)
        let lines = try read(folder("log")).split(separator: "\n")
        try #require(lines.count == 2)
        #expect(lines[0].hasSuffix("stderr F swiftlet-monitor: 18 bytes of this log are lost: No space left on device"))
        #expect(lines[1] == "kept")
    }
}
