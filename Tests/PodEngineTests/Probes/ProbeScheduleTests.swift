import Linux
import PodEngine
import PodSpec
import Testing

struct ProbeScheduleTests {
    private let start = Monotonic(nanoseconds: 1_000_000_000_000)

    private func shape(
        initialDelay: Int = 0,
        period: Int = 10,
        success: Int = 1,
        failure: Int = 3
    ) -> ProbeShape {
        var shape = ProbeShape(.exec(["true"]))
        shape.initialDelay = .seconds(initialDelay)
        shape.period = .seconds(period)
        shape.successThreshold = success
        shape.failureThreshold = failure
        return shape
    }

    private func at(_ seconds: Double) -> Monotonic { start.advanced(by: .milliseconds(Int(seconds * 1000))) }

    @Test func `the first question comes after the delay, the others at the pace of the period`() {
        var schedule = ProbeSchedule(.readiness, shape(initialDelay: 5), startedAt: start, wasReady: false, at: at(0.1))
        #expect(schedule.dueAt == at(5))
        #expect(schedule.note(.success, at: at(5.2)) == ProbeReport(outcome: .passed))
        #expect(schedule.dueAt == at(15))
        #expect(schedule.note(.success, at: at(15.9)) == nil)
        #expect(schedule.dueAt == at(25))
    }

    @Test func `an answer that takes longer than the period is followed at once, and the pace stays`() {
        var schedule = ProbeSchedule(.liveness, shape(period: 1), startedAt: start, wasReady: false, at: start)
        _ = schedule.note(.failure("late"), at: at(2.5))
        #expect(schedule.dueAt == at(2.5))
        _ = schedule.note(.success, at: at(2.6))
        #expect(schedule.dueAt == at(3))
    }

    @Test func `a container that was taken over is asked at once`() {
        let schedule = ProbeSchedule(.readiness, shape(initialDelay: 5), startedAt: start, wasReady: true, at: at(100))
        #expect(schedule.dueAt == at(100))
        #expect(schedule.outcome == .passed)
    }

    @Test func `thresholds count answers in a row`() {
        var schedule = ProbeSchedule(.readiness, shape(success: 2, failure: 3), startedAt: start, wasReady: false, at: start)
        func note(_ result: HandlerResult) -> ProbeOutcome? { schedule.note(result, at: start)?.outcome }
        #expect(note(.success) == nil)
        #expect(note(.failure("")) == nil)
        #expect(note(.success) == nil)
        #expect(note(.unknown("")) == nil)
        #expect(note(.success) == .passed)
        #expect(note(.failure("")) == nil)
        #expect(note(.failure("")) == nil)
        #expect(note(.success) == nil)
        #expect(note(.failure("")) == nil)
        #expect(note(.failure("")) == nil)
        #expect(note(.failure("")) == .failed)
        #expect(note(.failure("")) == nil)
        #expect(schedule.dueAt != nil)
    }

    @Test func `a startup probe is over when it has decided, a liveness probe when it has failed`() {
        var startup = ProbeSchedule(.startup, shape(failure: 2), startedAt: start, wasReady: false, at: start)
        #expect(startup.note(.failure("x"), at: start) == ProbeReport(remark: .failed("x")))
        #expect(startup.note(.success, at: start)?.outcome == .passed)
        #expect(startup.dueAt == nil)
        var failing = ProbeSchedule(.startup, shape(failure: 1), startedAt: start, wasReady: false, at: start)
        #expect(failing.note(.failure("x"), at: start) == ProbeReport(outcome: .failed, remark: .failed("x")))
        #expect(failing.dueAt == nil)
        var liveness = ProbeSchedule(.liveness, shape(failure: 1), startedAt: start, wasReady: false, at: start)
        #expect(liveness.note(.success(warning: "w"), at: start) == ProbeReport(remark: .warned("w")))
        #expect(liveness.note(.success, at: start) == nil)
        #expect(liveness.dueAt != nil)
        #expect(liveness.note(.failure("x"), at: start)?.outcome == .failed)
        #expect(liveness.dueAt == nil)
    }

    @Test func `figures that a manifest leaves out are the API server's`() throws {
        var probe = Probe()
        #expect(ProbeShape(probe) == nil)
        probe.exec = ExecAction(command: ["x"])
        probe.periodSeconds = 0
        let shape = try #require(ProbeShape(probe))
        #expect(shape == ProbeShape(.exec(["x"])))
        #expect((shape.period, shape.timeout) == (.seconds(10), .seconds(1)))
        #expect((shape.successThreshold, shape.failureThreshold) == (1, 3))
    }
}
