import Linux
import PodSpec
import Testing

@Suite struct CronScheduleTests {
    /// A zone of the machine's tzdata.
    static func zone(_ name: String) throws -> ZoneRules {
        try ZoneRules(tzif: FileSystem.read("/usr/share/zoneinfo/\(name)"))
    }

    private func seconds(_ text: String) throws -> Int64 {
        try #require(Timestamp(rfc3339: text)).nanosecondsSinceEpoch / 1_000_000_000
    }

    private func next(_ schedule: String, after time: String, in zone: ZoneRules = .utc) throws -> String? {
        try CronSchedule(schedule).next(after: seconds(time), in: zone).map { Timestamp(seconds: $0).rfc3339Seconds }
    }

    @Test(
        arguments: [
            ("* * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"),
            ("* * * * *", "2026-01-01T00:00:59Z", "2026-01-01T00:01:00Z"),
            ("*/15 * * * *", "2026-01-01T00:46:00Z", "2026-01-01T01:00:00Z"),
            ("5/20 * * * *", "2026-01-01T00:26:00Z", "2026-01-01T00:45:00Z"),
            ("0 9-17/4 * * *", "2026-01-01T09:00:00Z", "2026-01-01T13:00:00Z"),
            ("30 2 * * mon-FRI", "2026-01-02T02:30:00Z", "2026-01-05T02:30:00Z"),
            ("0 0 29 2 *", "2026-03-01T00:00:00Z", "2028-02-29T00:00:00Z"),
            ("0 0 29 2 ?", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"),
            ("0 0 1 jan,jul *", "2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z"),
            // Both days restricted: either will do.
            ("0 0 13 * 5", "2026-02-01T00:00:00Z", "2026-02-06T00:00:00Z"),
            ("0 0 13 * 5", "2026-05-08T00:00:00Z", "2026-05-13T00:00:00Z"),
            // One of them with a star leaves the choice to the other, also with a step of one.
            ("0 0 */1 * 5", "2026-02-01T00:00:00Z", "2026-02-06T00:00:00Z"),
            ("0 0 31 * *", "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z"),
            ("59 23 31 12 *", "2026-12-31T23:59:00Z", "2027-12-31T23:59:00Z"),
            ("@hourly", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"),
            ("@daily", "2026-02-28T12:00:00Z", "2026-03-01T00:00:00Z"),
            ("@midnight", "2024-02-28T12:00:00Z", "2024-02-29T00:00:00Z"),
            ("@weekly", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z"),
            ("@monthly", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
            ("@annually", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("@every 1h30m", "2026-01-01T00:00:07Z", "2026-01-01T01:30:07Z"),
        ] as [(String, String, String)]
    )
    func comesNext(schedule: String, after: String, expected: String) throws {
        #expect(try next(schedule, after: after) == expected, "\(schedule)")
    }

    @Test func clocksSetForwardLeaveATimeOut() throws {
        let berlin = try Self.zone("Europe/Berlin")
        // 29 March 2026: 02:00 becomes 03:00.
        #expect(try next("30 2 * * *", after: "2026-03-28T12:00:00Z", in: berlin) == "2026-03-30T00:30:00Z")
        #expect(try next("30 * * * *", after: "2026-03-29T00:30:00Z", in: berlin) == "2026-03-29T01:30:00Z")
        // Days begin an hour earlier in UTC from then on.
        #expect(try next("0 0 * * *", after: "2026-03-28T23:00:00Z", in: berlin) == "2026-03-29T22:00:00Z")
    }

    @Test func clocksSetBackBringATimeTwice() throws {
        let berlin = try Self.zone("Europe/Berlin")
        // 25 October 2026: 03:00 becomes 02:00.
        let first = try next("30 2 * * *", after: "2026-10-24T12:00:00Z", in: berlin)
        #expect(first == "2026-10-25T00:30:00Z")
        #expect(try next("30 2 * * *", after: "2026-10-25T00:30:00Z", in: berlin) == "2026-10-25T01:30:00Z")
        #expect(try next("30 2 * * *", after: "2026-10-25T01:30:00Z", in: berlin) == "2026-10-26T01:30:00Z")
    }

    @Test func midnightsThatAreNotThere() throws {
        // The clock goes from 23:59:59 to 01:00 there: 6 September 2026 has no midnight.
        let santiago = try Self.zone("America/Santiago")
        #expect(try next("0 0 * * *", after: "2026-09-05T12:00:00Z", in: santiago) == "2026-09-07T03:00:00Z")
        #expect(try next("0 1 6 9 *", after: "2026-09-05T12:00:00Z", in: santiago) == "2026-09-06T04:00:00Z")
        // Half an hour of summer.
        let lordHowe = try Self.zone("Australia/Lord_Howe")
        #expect(try next("15 2 * * *", after: "2026-10-03T12:00:00Z", in: lordHowe) == "2026-10-04T15:15:00Z")
        let kathmandu = try Self.zone("Asia/Kathmandu")
        #expect(try next("0 6 * * *", after: "2026-01-01T00:00:00Z", in: kathmandu) == "2026-01-01T00:15:00Z")
    }

    @Test func zonesGoOnAfterTheirTables() throws {
        // After 2037 the files have only a rule.
        let newYork = try Self.zone("America/New_York")
        #expect(newYork.offset(at: try seconds("2061-07-01T12:00:00Z")) == -4 * 3600)
        #expect(newYork.offset(at: try seconds("2061-12-01T12:00:00Z")) == -5 * 3600)
        let sydney = try Self.zone("Australia/Sydney")
        #expect(sydney.offset(at: try seconds("2061-01-01T12:00:00Z")) == 11 * 3600)
        #expect(sydney.offset(at: try seconds("2061-07-01T12:00:00Z")) == 10 * 3600)
        // Summer as the standard with winter subtracted, across the year: Dublin.
        let dublin = try Self.zone("Europe/Dublin")
        #expect(dublin.offset(at: try seconds("2061-07-01T12:00:00Z")) == 3600)
        #expect(dublin.offset(at: try seconds("2061-01-01T12:00:00Z")) == 0)
        #expect(try Self.zone("Asia/Kolkata").offset(at: try seconds("2061-07-01T12:00:00Z")) == 19800)
    }

    @Test func theLatestOfThoseThatWereMissed() throws {
        func latest(_ schedule: String, _ start: String, _ end: String) throws -> String? {
            try CronSchedule(schedule).latest(after: seconds(start), through: seconds(end), in: .utc)
                .map { Timestamp(seconds: $0).rfc3339Seconds }
        }
        #expect(try latest("* * * * *", "2016-01-01T00:00:00Z", "2026-01-01T00:00:30Z") == "2026-01-01T00:00:00Z")
        #expect(try latest("0 0 1 1 *", "2016-01-01T00:00:00Z", "2026-12-01T00:00:00Z") == "2026-01-01T00:00:00Z")
        #expect(try latest("0 0 1 1 *", "2026-01-01T00:00:00Z", "2026-12-01T00:00:00Z") == nil)
        #expect(try latest("0 * * * *", "2026-01-01T02:00:00Z", "2026-01-01T01:00:00Z") == nil)
        #expect(try latest("@every 10s", "2026-01-01T00:00:03Z", "2026-01-01T00:00:29Z") == "2026-01-01T00:00:23Z")
        #expect(try latest("@every 10s", "2026-01-01T00:00:03Z", "2026-01-01T00:00:12Z") == nil)
    }

    @Test(
        arguments: [
            ("", "is empty"), ("* * * *", "has 4 fields"), ("* * * * * *", "has 6 fields"),
            ("60 * * * *", "the minute \"60\" is not from 0 to 59"), ("* 24 * * *", "the hour \"24\""),
            ("* * 0 * *", "the day of the month \"0\" is not from 1 to 31"), ("* * * 13 *", "the month \"13\""),
            ("* * * * 7", "the day of the week \"7\" is not from 0 to 6"), ("* * * foo *", "is no number"),
            ("5-1 * * * *", "begins after its end"), ("*/0 * * * *", "step of at least 1"),
            ("*/ * * * *", "step of at least 1"), ("1/2/3 * * * *", "more than one '/'"), ("1-2-3 * * * *", "more than one '-'"),
            (", * * * *", "is no number"), ("-1 * * * *", "is no number"), ("+1 * * * *", "is no number"),
            ("٣ * * * *", "is no number"), ("99999999999999999999 * * * *", "is no number"),
            ("0 0 31 2 *", "never comes: none of its months has a day 31"),
            ("0 0 30 feb *", "never comes"), ("0 0 31 4,6,9,11 *", "never comes"),
            ("@dayly", "is no macro"), ("@every", "needs a duration"), ("@every 0s", "needs a duration"),
            ("@every 5", "needs a duration"), ("@every 99999999999h", "needs a duration"), ("@reboot", "is no macro"),
            ("TZ=Europe/Berlin 0 0 * * *", "stands in spec.timeZone"), ("CRON_TZ=UTC @daily", "stands in spec.timeZone"),
        ] as [(String, String)]
    )
    func refused(schedule: String, message: String) throws {
        let problem = #expect(throws: CronProblem.self) { try CronSchedule(schedule) }
        #expect(problem?.message.contains(message) == true, "\(schedule): \(problem?.message ?? "")")
    }

    @Test func aDayThatIsRareIsNotImpossible() throws {
        // The day of the week is an alternative.
        #expect(try next("0 0 31 2 1", after: "2026-02-01T00:00:00Z") == "2026-02-02T00:00:00Z")
    }

    @Test func brokenZoneFilesAreRefused() throws {
        let good = try FileSystem.read("/usr/share/zoneinfo/Europe/Berlin")
        #expect(throws: ZoneRules.Malformed.self) { try ZoneRules(tzif: []) }
        for length in stride(from: 0, to: good.count - 1, by: 7) {
            #expect(throws: ZoneRules.Malformed.self) { try ZoneRules(tzif: Array(good[..<length])) }
        }
        // Whatever a byte becomes, it ends in rules or in a refusal.
        for place in 0..<min(good.count, 600) {
            var broken = good
            broken[place] ^= 0xFF
            if let rules = try? ZoneRules(tzif: broken) { _ = rules.offset(at: 1_800_000_000) }
        }
    }

    @Test func indexesAreReadAndWritten() throws {
        var indexes = CompletionIndexes()
        for index in [5, 0, 2, 1, 9, 8, 5] { indexes.insert(index) }
        #expect(indexes.description == "0-2,5,8,9" && indexes.count == 6 && indexes.largest == 9)
        #expect(CompletionIndexes("0-2,5,8-9") == indexes)
        #expect(indexes.count(in: try #require(CompletionIndexes("2-8"))) == 3)
        for text in ["2,1", "1-", "-1", "a", "1,,2", "3-1", "1, 2", "1-2,2"] { #expect(CompletionIndexes(text) == nil, "\(text)") }
    }
}
