import PodEngine
import Testing

struct HaltStageTests {
    private func key(_ name: String) -> PodKey { PodKey(namespace: "default", name: name) }

    @Test func `critical pods end last, with time that is kept for them`() {
        let stages = HaltStage.stages(
            [key("a"): 0, key("b"): 2_000_000_000, key("c"): 1_999_999_999, key("d"): 2_000_001_000],
            within: .seconds(30),
            reserved: .seconds(10)
        )
        #expect(
            stages == [
                HaltStage(pods: [key("a"), key("c")], end: .seconds(20)),
                HaltStage(pods: [key("b"), key("d")], end: .seconds(30)),
            ]
        )
    }

    @Test func `pods of one kind have all the time`() {
        for priority in [0, 2_000_000_000] as [Int32] {
            let stages = HaltStage.stages([key("a"): priority], within: .seconds(30), reserved: .seconds(10))
            #expect(stages == [HaltStage(pods: [key("a")], end: .seconds(30))])
        }
    }

    @Test func `where time is short everybody gets half of it`() {
        let stages = HaltStage.stages(
            [key("a"): 0, key("b"): 2_000_000_000],
            within: .seconds(4),
            reserved: .seconds(10)
        )
        #expect(stages.map(\.end) == [.seconds(2), .seconds(4)])
    }
}
