import Glibc
import Linux
import Systemd
import Testing

struct JournalTests {
    @Test(arguments: [
        ("pod-name", "POD_NAME"), ("9lives", "X9LIVES"), ("_TRUSTED", "X_TRUSTED"), ("", "X"), ("grün", "GR__N"),
        (String(repeating: "a", count: 80), String(repeating: "A", count: 64)),
    ])
    func namesAreMadeTheJournals(_ name: String, _ expected: String) {
        #expect(Journal.Field(name, "x").name == expected)
    }

    @Test func prioritiesAreSyslogs() {
        #expect(Journal.Priority.emergency.rawValue == 0)
        #expect(Journal.Priority.error.rawValue == 3)
        #expect(Journal.Priority.debug.rawValue == 7)
    }

    /// Both kinds of machine have their answer: an entry is taken, or its loss is an error.
    @Test func anEntryIsTakenOrRefusedButNeverLost() throws {
        let send = { () throws(SystemError) in
            try Journal.send("hello from swiftlet's tests", priority: .debug, fields: [Journal.Field("TEST", "1\n2")])
        }
        if Journal.isAvailable {
            try send()
        } else {
            let missing = SystemError(call: "sd_journal_sendv", errno: ENOENT, subject: "/run/systemd/journal/socket")
            #expect(throws: missing) { try send() }
        }
    }
}

/// `JOURNAL_STREAM` belongs to the whole process.
@Suite(.serialized) struct JournalStreamTests {
    @Test func onlyTheStreamThatIsNamedCounts() throws {
        defer { unsetenv("JOURNAL_STREAM") }
        unsetenv("JOURNAL_STREAM")
        #expect(!Journal.isStandardError)
        var status = stat()
        try retrying("fstat") { fstat(STDERR_FILENO, &status) }
        setenv("JOURNAL_STREAM", "\(status.st_dev):\(status.st_ino)", 1)
        #expect(Journal.isStandardError)
        // Led elsewhere since, or no such thing.
        for other in ["\(status.st_dev):\(status.st_ino + 1)", "\(status.st_dev + 1):\(status.st_ino)", "", "9:", "a:b"] {
            setenv("JOURNAL_STREAM", other, 1)
            #expect(!Journal.isStandardError, "\(other)")
        }
    }
}
