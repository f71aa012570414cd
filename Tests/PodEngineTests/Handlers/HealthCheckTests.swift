import PodEngine
import Testing

struct HealthCheckTests {
    @Test func `requests`() {
        #expect(HealthCheck.request(service: "") == [0, 0, 0, 0, 0])
        #expect(HealthCheck.request(service: "ab") == [0, 0, 0, 0, 4, 0x0A, 2, 0x61, 0x62])
        let long = HealthCheck.request(service: String(repeating: "x", count: 300))
        #expect(long.prefix(8) == [0, 0, 0, 0x01, 0x2F, 0x0A, 0xAC, 0x02])
    }

    @Test func `answers`() {
        #expect(HealthCheck.status(of: [0, 0, 0, 0, 2, 8, 1]) == .serving)
        #expect(HealthCheck.status(of: [0, 0, 0, 0, 2, 8, 2]) == .notServing)
        #expect(HealthCheck.status(of: [0, 0, 0, 0, 0]) == .unknown)
        // A field that we do not know, then ours.
        #expect(HealthCheck.status(of: [0, 0, 0, 0, 5, 0x12, 1, 0x41, 8, 1]) == .serving)
    }

    @Test(arguments: [
        [], [0, 0, 0, 0], [1, 0, 0, 0, 2, 8, 1], [0, 0, 0, 0, 3, 8, 1], [0, 0, 0, 0, 1, 8], [0, 0, 0, 0, 2, 8, 99],
        [0, 0, 0, 0, 2, 0x12, 200], [0, 0, 0, 0, 2, 0x0F, 1], [0, 0xFF, 0xFF, 0xFF, 0xFF],
        [0, 0, 0, 0, 11] + [UInt8](repeating: 0xFF, count: 11),
    ] as [[UInt8]])
    func `what is no answer`(_ bytes: [UInt8]) {
        #expect(HealthCheck.status(of: bytes) == nil)
    }
}
