import Glibc
import Linux
import Monitor
import TestSupport
import Testing

/// The journal's side of a container's output, with a datagram socket in journald's place.
struct JournalLogTests {
    private let folder: TemporaryDirectory
    private let log: JournalLog
    private var socket: String { folder("socket") }

    init() throws {
        folder = try TemporaryDirectory("journal")
        log = try JournalLogTests.log([], in: folder)
    }

    private static func log(_ flags: [String], in folder: TemporaryDirectory) throws -> JournalLog {
        let arguments = ["-c", "0123456789abcdef", "-b", "/b", "-l", "journald"] + flags
        guard case .monitor(let options) = try Invocation(arguments: arguments) else { throw UsageMissing() }
        return JournalLog(JournalIdentity(options), path: folder("socket"))
    }

    private struct UsageMissing: Error {}

    private func write(_ text: String, _ stream: LogStream = .stdout) { write(Array(text.utf8), stream) }

    private func write(_ bytes: [UInt8], _ stream: LogStream = .stdout, isWholeLine: Bool = true, to other: JournalLog? = nil) {
        let log = other ?? log
        log.begin(stream)
        bytes.withUnsafeBytes { log.append($0, isWholeLine: isWholeLine) }
    }

    @Test func anEntryIsTheseBytes() throws {
        let journal = try FakeJournal(at: socket)
        write("hello")
        let golden = """
            PRIORITY=6
            MESSAGE=hello
            SYSLOG_IDENTIFIER=0123456789ab
            CONTAINER_ID=0123456789ab
            CONTAINER_ID_FULL=0123456789abcdef

            """
        #expect(try journal.nextBytes().bytes == Array(golden.utf8))
    }

    @Test func `a line may say its priority, and its parts share it`() throws {
        let journal = try FakeJournal(at: socket)
        write("<2>disk")
        write("<8>none")
        write(Array("<4>long".utf8), isWholeLine: false)
        write("<0>end")
        write("<7>", .stderr)
        write("<1", .stderr)
        let entries = try (0..<6).map { _ in try journal.next() }
        #expect(entries.map { $0.text("PRIORITY") } == ["2", "6", "4", "4", "7", "3"])
        #expect(entries.map { $0.text("MESSAGE") } == ["disk", "<8>none", "long", "<0>end", "", "<1"])
        #expect(entries.map { $0.text("CONTAINER_PARTIAL_MESSAGE") } == [nil, nil, "true", nil, nil, nil])
    }

    @Test func nameTagAndLabelsAreFields() throws {
        let journal = try FakeJournal(at: socket)
        let flags = [
            "-n", "web", "-u", "fedcba98765432100", "--log-tag", "shop/web", "--log-label", "POD_NAME=shop",
            "--log-label", "NOTE=two\nlines", "--log-label", "EMPTY=",
        ]
        let log = try JournalLogTests.log(flags, in: folder)
        write(Array("oops".utf8), .stderr, isWholeLine: false, to: log)
        let entry = try journal.next()
        let golden = [
            "PRIORITY": "3", "CONTAINER_PARTIAL_MESSAGE": "true", "MESSAGE": "oops", "SYSLOG_IDENTIFIER": "shop/web",
            "CONTAINER_ID": "fedcba987654", "CONTAINER_ID_FULL": "fedcba98765432100", "CONTAINER_NAME": "web",
            "CONTAINER_TAG": "shop/web", "POD_NAME": "shop", "NOTE": "two\nlines", "EMPTY": "",
        ]
        #expect(entry.fields.count == golden.count)
        for (name, value) in golden { #expect(entry.text(name) == value, "\(name)") }
    }

    @Test func theIdentifierIsTheTagOrTheNameOrTheShortId() throws {
        let journal = try FakeJournal(at: socket)
        write([], to: try JournalLogTests.log(["-n", "web"], in: folder))
        #expect(try journal.next().text("SYSLOG_IDENTIFIER") == "web")
        write([], to: try JournalLogTests.log(["--log-tag", "t"], in: folder))
        #expect(try journal.next().text("SYSLOG_IDENTIFIER") == "t")
    }

    @Test func bytesStayAsTheyAre() throws {
        let journal = try FakeJournal(at: socket)
        let bytes = (UInt8.min...UInt8.max).filter { $0 != 0x0A }
        write(bytes)
        #expect(try journal.next()["MESSAGE"] == bytes)
        write([])
        #expect(try journal.next()["MESSAGE"] == [])
    }

    @Test func anEntryThatIsTooLargeForADatagramIsASealedFile() throws {
        let journal = try FakeJournal(at: socket)
        // Three labels: one word of a command line has 128 KiB at most.
        let large = ["A", "B", "C"].flatMap { ["--log-label", "LARGE_\($0)=" + String(repeating: "x", count: 120_000)] }
        write(Array("small".utf8), to: try JournalLogTests.log(large, in: folder))
        let (bytes, isFile) = try journal.nextBytes()
        #expect(isFile)
        let entry = try JournalEntry(bytes)
        #expect(entry.message == "small")
        #expect(entry["LARGE_C"] == [UInt8](repeating: UInt8(ascii: "x"), count: 120_000))
    }

    @Test func whatAnAbsentJournalMissedIsCountedAndToldWhenItComes() throws {
        for number in 1...3 { write("lost \(number)") }
        let journal = try FakeJournal(at: socket)
        write("kept")
        let note = try journal.next()
        #expect(note.message == "swiftlet-monitor: 3 lines lost: No such file or directory")
        #expect(note.text("PRIORITY") == "4")
        #expect(note.text("CONTAINER_ID") == "0123456789ab")
        #expect(try journal.next().message == "kept")
        #expect(try journal.pending().isEmpty)
    }

    @Test func aJournalThatIsStartedAnewIsFoundAgain() throws {
        var journal: FakeJournal? = try FakeJournal(at: socket)
        write("one")
        #expect(try journal?.next().message == "one")
        journal = nil
        write("two")
        try FileSystem.removeFile(socket)
        write("three")
        journal = try FakeJournal(at: socket)
        write("four")
        #expect(try journal?.next().message == "swiftlet-monitor: 2 lines lost: Connection refused")
        #expect(try journal?.next().message == "four")
        // Between two lines: nothing is lost.
        journal = nil
        try FileSystem.removeFile(socket)
        journal = try FakeJournal(at: socket)
        write("five")
        #expect(try journal?.next().message == "five")
    }

    @Test func whatABusyJournalDoesNotTakeIsKeptInOrder() throws {
        let journal = try FakeJournal(at: socket)
        let poller = try Epoll()
        for number in 1...5000 { write("line \(number)", number % 2 == 0 ? .stderr : .stdout) }
        var received: [JournalEntry] = []
        try log.wait(with: poller, token: 7)
        while log.isWaiting {
            received += try journal.pending()
            // Nothing but the room that was just made wakes it.
            var tokens: [UInt64] = []
            try poller.wait(milliseconds: 30_000) { tokens.append($0.token) }
            try #require(tokens == [7])
            log.goOn()
            try log.wait(with: poller, token: 7)
        }
        received += try journal.pending()
        #expect(received.map(\.message) == (1...5000).map { "line \($0)" })
        #expect(received.map { $0.text("PRIORITY") } == (1...5000).map { $0 % 2 == 0 ? "3" : "6" })
        // It takes all again: the socket is out of the set.
        var events = 0
        try poller.wait(milliseconds: 0) { _ in events += 1 }
        #expect(events == 0)
    }

    @Test func whatGoesBeyondTheLimitIsToldInItsPlace() throws {
        let journal = try FakeJournal(at: socket)
        let line = String(repeating: "x", count: 16_000)
        for number in 1...200 { write("\(number) \(line)") }
        var received: [JournalEntry] = []
        func readAll() throws {
            while log.isWaiting {
                received += try journal.pending()
                log.goOn()
            }
            received += try journal.pending()
        }
        try readAll()
        write("after")
        try readAll()
        #expect(received.last?.message == "after")
        let note = try #require(received.dropLast().last?.message)
        let kept = received.dropLast(2).map { $0.message.split(separator: " ")[0] }
        // The limit is a megabyte; the kernel holds a few more.
        #expect((60...100).contains(kept.count))
        #expect(kept == (1...kept.count).map { "\($0)" })
        #expect(note == "swiftlet-monitor: \(200 - kept.count) lines lost: the journal did not take them in time")
    }

    @Test func aJournalThatGoesAwayTakesWhatWasKeptWithIt() throws {
        var journal: FakeJournal? = try FakeJournal(at: socket)
        for number in 1...1000 { write("line \(number)") }
        #expect(log.isWaiting)
        journal = nil
        try FileSystem.removeFile(socket)
        log.goOn()
        #expect(!log.isWaiting)
        journal = try FakeJournal(at: socket)
        write("new")
        let note = try #require(try journal?.next().message)
        // Those that were in the old socket are lost with it, and nobody can know of them.
        let count = try #require(note.split(separator: " ").compactMap { Int($0) }.first)
        #expect((500...999).contains(count))
        #expect(try journal?.next().message == "new")
    }
}
