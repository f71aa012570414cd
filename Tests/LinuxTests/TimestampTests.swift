import Linux
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000000Z"),
        (1_795_406_400_123_456_789, "2026-11-23T04:00:00.123456789Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
    ] as [(Int64, String)])
    func formatsAndReads(nanoseconds: Int64, text: String) {
        #expect(Timestamp(nanosecondsSinceEpoch: nanoseconds).description == text)
        #expect(Timestamp(rfc3339: text)?.nanosecondsSinceEpoch == nanoseconds)
    }

    @Test(arguments: [
        ("2026-11-23T04:00:00Z", 1_795_406_400_000_000_000),
        ("2026-11-23T05:30:00+01:30", 1_795_406_400_000_000_000),
        ("2026-11-22T23:00:00.5-05:00", 1_795_406_400_500_000_000),
    ] as [(String, Int64)])
    func readsOffsetsAndFractions(text: String, nanoseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.nanosecondsSinceEpoch == nanoseconds)
    }

    @Test(arguments: [
        "", "2026-11-23", "2026-11-23T04:00:00", "2026-13-23T04:00:00Z", "2026-11-23T04:00:00.Z",
        "2026-11-23T04:00:00Zx", "2026-11-23T24:00:00Z", "２026-11-23T04:00:00Z",
    ])
    func refuses(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }
}
