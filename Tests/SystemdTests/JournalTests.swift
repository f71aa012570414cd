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
