import Linux
import PodEngine
import PodSpec
import Testing

/// Random lives: whatever comes of the steps and in whatever order, the machine never spins, never asks for a step twice, and
/// a pod that is to go is gone in the end.
struct PodLifecycleWalkTests {
    /// splitmix64: the same lives in every run.
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private func outcome(
        of step: PodStep,
        _ driver: LifecycleDriver,
        fails: Bool,
        exitCode: Int32
    ) -> PodEvent {
        let failure = StepFailure(.failed, "no")
        switch step {
        case .record: return fails ? .recordFailed(failure) : .recorded
        case .prepareSandbox: return fails ? .sandboxFailed(failure) : .sandboxReady(nil)
        case .prepareVolumes: return fails ? .volumesFailed(failure) : .volumesReady
        case .updateVolumes: return fails ? .volumesNotUpdated(failure) : .volumesUpdated
        case .resize: return fails ? .resizeFailed(driver.life.shape.allocation, failure) : .resized(driver.life.shape.allocation)
        case .fetchImage(let request):
            let pulled = PodEvent.imageReady(request, LifecycleDriver.image, pulled: true)
            return fails ? .imageFailed(request, failure) : pulled
        case .start(let name, let attempt):
            let process = RunningContainer(pid: 1, startedAt: driver.now.wall)
            guard fails else { return .started(container: name, attempt: attempt, process) }
            return exitCode.isMultiple(of: 2)
                ? .makeFailed(container: name, attempt: attempt, failure)
                : .startFailed(container: name, attempt: attempt, "no")
        case .postStart(let name, let attempt):
            return .postStarted(container: name, attempt: attempt, error: fails ? "no" : nil)
        case .preStop(let name, let attempt):
            return .preStopped(container: name, attempt: attempt, error: fails ? "no" : nil)
        case .probe(let name, let attempt, let kind):
            return .probeEnded(container: name, attempt: attempt, kind)
        case .watch(let name, let attempt):
            let exit = ContainerExit(exitCode: exitCode, startedAt: nil, finishedAt: driver.now.wall)
            return .ended(container: name, attempt: attempt, ContainerTermination(exit))
        case .watchInit(let attempt): return .initEnded(attempt: attempt)
        case .terminate, .kill: return .signalled(step, error: fails ? "no" : nil)
        case .save: return .saved(error: fails ? "no" : nil)
        case .releaseSandbox: return .sandboxReleased(errors: fails ? ["no"] : [])
        case .tearDown: return .tornDown(errors: fails ? ["no"] : [])
        }
    }

    @Test(arguments: 0..<100)
    func `a life`(_ seed: Int) {
        var random = Random(state: UInt64(seed))
        let policies: [Pod.RestartPolicy] = [.always, .onFailure, .never]
        var driver = LifecycleDriver(
            ["a", "b"],
            initial: seed.isMultiple(of: 3) || seed % 4 == 1 ? ["i", "s", "j", "t"] : [],
            sidecars: ["s", "t"],
            policy: policies[seed % 3],
            grace: seed.isMultiple(of: 5) ? .zero : .seconds(30)
        ) { shape in
            if seed % 7 == 2 { shape.activeDeadline = .seconds(500) }
            for index in shape.containers.indices {
                shape.containers[index].hasPostStart = (seed + index).isMultiple(of: 4)
                shape.containers[index].hasPreStop = (seed + index).isMultiple(of: 3)
                for kind in ProbeKind.allCases where (seed + index) % 5 == 1 {
                    shape.containers[index].probes[kind] = ProbeShape(.exec(["x"]))
                }
                if seed % 11 == 1 { shape.containers[index].restartRules = [.init(.restart, on: .init(.in, [2]))] }
            }
        }
        var open: Set<PodStep> = []
        for round in 0..<600 {
            if round == 300 { driver.life.handle(.stop, at: driver.now) }
            let steps = driver.life.takeSteps(at: driver.now)
            for step in steps { #expect(open.insert(step).inserted, "\(step) twice") }
            if driver.life.isGone { break }
            // Looked at again at once, it must have nothing new to do, and nothing that is due.
            #expect(driver.life.takeSteps(at: driver.now).isEmpty)
            // Whatever a finished pod has given back, it does not make again.
            if driver.life.isFinished { #expect(!steps.contains(.prepareSandbox) && !steps.contains(.prepareVolumes)) }
            if let deadline = driver.life.deadline {
                #expect(deadline > driver.now.uptime, "seed \(seed) round \(round): due and not done: \(driver.life)")
            }
            for step in steps { #expect(driver.life.wants(step), "\(step) is not wanted as soon as it is asked for") }
            if Int.random(in: 0..<10, using: &random) == 0 { driver.life.handle(.described, at: driver.now) }
            // Processes end when they like, other steps sooner or later; towards the end everything works.
            let isEnding = round > 550
            if let step = open.sorted(by: { "\($0)" < "\($1)" }).randomElement(using: &random),
                Int.random(in: 0..<4, using: &random) > 0
            {
                open.remove(step)
                let fails = !isEnding && Int.random(in: 0..<4, using: &random) == 0
                let exitCode = Int32.random(in: 0..<3, using: &random)
                // What a probe says comes while it goes on; its end says nothing.
                if case .probe(let name, let attempt, let kind) = step {
                    let report = ProbeReport(outcome: fails ? .failed : .passed, remark: fails ? .failed("no") : nil)
                    driver.life.handle(.probed(container: name, attempt: attempt, kind, report), at: driver.now)
                }
                driver.life.handle(outcome(of: step, driver, fails: fails, exitCode: exitCode), at: driver.now)
            } else if let deadline = driver.life.deadline, Bool.random(using: &random) || open.isEmpty {
                driver.advance(deadline.since(driver.now.uptime))
            } else {
                driver.advance(.milliseconds(Int64.random(in: 1..<5000, using: &random)))
            }
        }
        #expect(driver.life.isGone)
        #expect(driver.life.deadline == nil)
    }
}
