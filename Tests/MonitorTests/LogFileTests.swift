import Glibc
import Linux
import Monitor
import TestSupport
import Testing

struct LogFileTests {
    private func write(_ text: String, to log: LogFile) {
        Array(text.utf8).withUnsafeBytes { log.write($0) }
    }

    private func log(_ folder: TemporaryDirectory, _ change: (inout LogFile.Configuration) -> Void = { _ in }) throws -> LogFile {
        var configuration = LogFile.Configuration(path: folder("log"))
        change(&configuration)
        return try LogFile(configuration)
    }

    private func read(_ path: String) throws -> String {
        String(decoding: try FileSystem.read(path), as: UTF8.self)
    }

    @Test func entriesAreAppended() throws {
        let folder = try TemporaryDirectory("log")
        try folder.write("log", "old\n")
        let log = try self.log(folder)
        write("one\ntwo\n", to: log)
        write("three\n", to: log)
        #expect(try read(folder("log")) == "old\none\ntwo\nthree\n")
    }

    @Test func aFullLogIsPutAsideBetweenEntries() throws {
        let folder = try TemporaryDirectory("log")
        let log = try self.log(folder) { $0.rotation = LogRotation(sizeLimit: 10, keptFiles: 2) }
        for number in 1...9 { write("line\(number)\n", to: log) }
        #expect(try read(folder("log")) == "line9\n")
        #expect(try read(folder("log.1")) == "line8\n")
        #expect(try read(folder("log.2")) == "line7\n")
        #expect(try FileSystem.list(folder.path) == ["log", "log.1", "log.2"])
    }

    @Test func oneBatchFillsSeveralFiles() throws {
        let folder = try TemporaryDirectory("log")
        let log = try self.log(folder) { $0.rotation = LogRotation(sizeLimit: 8, keptFiles: 5) }
        write("a\nbb\nccc\ntoo long for any\nd\n", to: log)
        #expect(try read(folder("log.3")) == "a\nbb\n")
        #expect(try read(folder("log.2")) == "ccc\n")
        #expect(try read(folder("log.1")) == "too long for any\n")
        #expect(try read(folder("log")) == "d\n")
    }

    @Test func withoutKeptFilesTheLogBeginsAgain() throws {
        let folder = try TemporaryDirectory("log")
        let log = try self.log(folder) { $0.rotation = LogRotation(sizeLimit: 4, keptFiles: 0) }
        write("aaa\nbbb\n", to: log)
        #expect(try read(folder("log")) == "bbb\n")
        #expect(try FileSystem.list(folder.path) == ["log"])
    }

    @Test func theSizeOfAnEarlierLogCounts() throws {
        let folder = try TemporaryDirectory("log")
        try folder.write("log", "12345678\n")
        let log = try self.log(folder) { $0.rotation = LogRotation(sizeLimit: 10, keptFiles: 1) }
        write("x\n", to: log)
        #expect(try read(folder("log.1")) == "12345678\n")
        #expect(try read(folder("log")) == "x\n")
    }

    @Test func aGapIsNotedWhenSpaceReturns() throws {
        let folder = try TemporaryDirectory("log")
        try FileSystem.makeSymbolicLink(at: folder("log"), to: "/dev/full")
        let log = try self.log(folder)
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

    @Test func `a log that was deleted is made again`() throws {
        let folder = try TemporaryDirectory("log")
        let log = try self.log(folder)
        write("one\n", to: log)
        try FileSystem.removeFile(folder("log"))
        write("two\n", to: log)
        write("three\n", to: log)
        #expect(try read(folder("log")) == "two\nthree\n")
    }

    @Test(arguments: ["folder", "fifo"]) func `what stands in the log's place costs lines but says so when it has gone`(_ kind: String) throws {
        let folder = try TemporaryDirectory("log")
        let log = try self.log(folder)
        write("one\n", to: log)
        try FileSystem.removeFile(folder("log"))
        var reader: Descriptor?
        if kind == "folder" {
            _ = try folder.makeDirectory("log")
        } else {
            try retrying("mkfifo") { mkfifo(folder("log"), 0o600) }
            // With a reader it could be opened, and would take lines.
            reader = try Descriptor.open(folder("log"), O_RDONLY | O_NONBLOCK)
        }
        write("two\n", to: log)
        write("three\n", to: log)
        #expect(log.isBehind && !log.isWaiting)
        withExtendedLifetime(reader) {}
        reader = nil
        _ = kind == "folder" ? rmdir(folder("log")) : unlink(folder("log"))
        log.retry()
        write("four\n", to: log)
        let lines = try read(folder("log")).split(separator: "\n")
        try #require(lines.count == 2)
        #expect(lines[0].contains(" stderr F swiftlet-monitor: 10 bytes of this log are lost: "))
        #expect(lines[1] == "four")
    }

    @Test func `a pipe is no log`() throws {
        let folder = try TemporaryDirectory("log")
        try retrying("mkfifo") { mkfifo(folder("log"), 0o600) }
        let reader = try Descriptor.open(folder("log"), O_RDONLY | O_NONBLOCK)
        #expect(throws: SystemError.self) { try log(folder) }
        withExtendedLifetime(reader) {}
    }

    @Test func `where output is blocked a full disk loses nothing until the limit`() throws {
        let folder = try TemporaryDirectory("log")
        try FileSystem.makeSymbolicLink(at: folder("log"), to: "/dev/full")
        let log = try self.log(folder) { $0.whenFull = .block(atMost: .seconds(3600)) }
        write("one\n", to: log)
        #expect(log.isWaiting)
        write("two\n", to: log)
        log.retry()
        #expect(log.isWaiting)
        try FileSystem.removeFile(folder("log"))
        try log.reopen()
        log.retry()
        #expect(!log.isWaiting && !log.isBehind)
        write("three\n", to: log)
        #expect(try read(folder("log")) == "one\ntwo\nthree\n")
    }

    @Test func `where the limit has passed the gap is counted`() throws {
        let folder = try TemporaryDirectory("log")
        try FileSystem.makeSymbolicLink(at: folder("log"), to: "/dev/full")
        let log = try self.log(folder) {
            $0.whenFull = .block(atMost: .zero)
            $0.format = .json
        }
        write("one\n", to: log)
        #expect(!log.isWaiting && log.isBehind)
        try FileSystem.removeFile(folder("log"))
        try log.reopen()
        log.giveUp()
        #expect(
            try read(folder("log")).hasPrefix(
                #"{"log":"swiftlet-monitor: 4 bytes of this log are lost: No space left on device\n","stream":"stderr","time":"2"#
            )
        )
    }
}
