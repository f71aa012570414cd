import AgentAPI
import AgentEvents
import Linux
import PodEngine
import Telemetry
import Usage

/// What the agent keeps of what it sees: events, counters, and the meter.
struct NodeObservation: Sendable {
    let events = EventRing()
    let metrics = AgentMetrics()
    let meter: UsageMeter
    /// The number of the agent's first event.
    let firstEvent: Int64

    init(meter: UsageMeter) {
        self.meter = meter
        firstEvent = events.latest + 1
    }
}

extension NodeObservation {
    /// Tells what a client has done to an image.
    func noteImage(_ name: String, _ reason: String, _ message: String) {
        var event = NodeEvent(
            time: Timestamp.now.description,
            type: .normal,
            subject: .image,
            reason: reason,
            message: message
        )
        event.name = name
        events.post(event)
    }
}

extension NodeObservation: EngineObserving {
    func happened(_ happening: EngineHappening) { events.post(NodeEvent(happening)) }

    func measured(_ measurement: EngineMeasurement) {
        switch measurement {
        case .podBegun: metrics.pods.started.increment()
        case .podRunning(let time): metrics.pods.startDuration.observe(time)
        case .podGone(let owner):
            metrics.probes.forget(
                uid: owner.uid,
                namespace: owner.key.namespace,
                pod: owner.key.name,
                isReplaced: false
            )
        case .containerStarted(let isRestart):
            metrics.pods.startedContainers.increment()
            if isRestart { metrics.pods.restarts.increment() }
        case .step(let word, let time): metrics.pods.steps.observe(time, [word])
        case .probed(let owner, let container, let kind, let result, let time):
            let subject = ProbeMetrics.Subject(
                namespace: owner.key.namespace,
                pod: owner.key.name,
                uid: owner.uid,
                container: container,
                kind: kind.rawValue
            )
            metrics.probes.note(subject, ProbeMetrics.Result(result), time)
        case .evicted(let signal): metrics.pods.evictions.increment([signal])
        case .imageCollected: metrics.images.collected.increment(["space"])
        }
    }
}

extension ProbeMetrics.Result {
    fileprivate init(_ result: HandlerResult) {
        self =
            switch result {
            case .success: .successful
            case .failure: .failed
            case .unknown: .unknown
            }
    }
}

extension NodeEvent {
    init(_ happening: EngineHappening) {
        self.init(
            time: happening.time.description,
            type: happening.kind == .normal ? .normal : .warning,
            subject: Subject(happening.subject),
            reason: happening.reason,
            message: happening.message
        )
        pod = happening.pod.map { PodReference(namespace: $0.key.namespace, name: $0.key.name, uid: $0.uid) }
        container = happening.container.map { ContainerReference(name: $0, id: happening.containerID) }
        name = happening.name
        exit = happening.exit.map { end in
            Exit(code: Int(end.exitCode), signal: end.signal.map(Int.init), oomKilled: end.reason == .oomKilled)
        }
    }
}

extension NodeEvent.Subject {
    fileprivate init(_ subject: EngineHappening.Subject) {
        self =
            switch subject {
            case .pod: .pod
            case .container: .container
            case .image: .image
            case .network: .network
            case .node: .node
            case .manifest: .manifest
            }
    }
}
