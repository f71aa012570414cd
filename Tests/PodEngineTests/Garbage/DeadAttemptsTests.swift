import Linux
import PodEngine
import Testing

struct DeadAttemptsTests {
    private let now = Timestamp(seconds: 1_000_000)

    private func attempts(_ folder: String, _ ages: [Int64]) -> [DeadAttempts.Attempt] {
        // The highest number is the latest.
        ages.enumerated().map { .init(folder: folder, number: $0.offset, ended: now.advanced(by: .seconds(-$0.element))) }
    }

    private func leaving(_ attempts: [DeadAttempts.Attempt], _ change: (inout DeadAttempts.Policy) -> Void) -> [String] {
        var policy = DeadAttempts.Policy()
        change(&policy)
        return DeadAttempts(policy).leaving(attempts, at: now).map { "\($0.folder)\($0.number)" }
    }

    @Test func `every container keeps its latest`() {
        let all = attempts("a", [300, 200, 100]) + attempts("b", [50])
        #expect(leaving(all) { _ in } == ["a0", "a1"])
        #expect(leaving(all) { $0.perContainer = 2 } == ["a0"])
        #expect(leaving(all) { $0.perContainer = 0 } == ["a0", "a1", "a2", "b0"])
        #expect(leaving([]) { $0.inAll = 0 } == [])
    }

    @Test func `of all together the oldest go, after everybody has less`() {
        let all = attempts("a", [400, 300]) + attempts("b", [200, 100]) + attempts("c", [90, 80])
        // Two each are six: with four for three containers one each is left.
        #expect(leaving(all) { ($0.perContainer, $0.inAll) = (2, 4) } == ["a0", "b0", "c0"])
        // One each are still too many: the oldest of them.
        #expect(leaving(all) { ($0.perContainer, $0.inAll) = (2, 2) } == ["a0", "a1", "b0", "c0"])
        #expect(leaving(all) { ($0.perContainer, $0.inAll) = (2, 0) } == ["a0", "a1", "b0", "b1", "c0", "c1"])
        #expect(leaving(all) { ($0.perContainer, $0.inAll) = (2, 6) } == [])
        #expect(leaving(all) { ($0.perContainer, $0.inAll) = (0, 9) }.count == 6, "what a container keeps is no promise")
    }

    @Test func `nothing goes before its time, and a clock that was set back makes nothing old`() {
        let all = attempts("a", [400, 50, 10]) + attempts("b", [-1000, -2000])
        #expect(leaving(all) { ($0.perContainer, $0.minimumAge) = (0, .seconds(60)) } == ["a0"])
        #expect(leaving(all) { ($0.perContainer, $0.inAll, $0.minimumAge) = (5, 0, .seconds(60)) } == ["a0"])
        // Without such a time the clock does not matter.
        #expect(leaving(all) { $0.perContainer = 0 }.count == 5)
    }
}
