import AgentAPI
import AgentEvents
import AgentServer
import UsageSpec

extension FakeNode {
    package func measurePods(_ request: PodStatsRequest) async throws(Fault) -> PodStatsList {
        var pod = PodStats(namespace: "default", name: request.name ?? "web", uid: "1", time: "2026-11-27T00:00:00Z")
        pod.usage = GroupUsage()
        return PodStatsList(items: [pod])
    }

    package func measureNode() async throws(Fault) -> NodeStats {
        throw Fault(.unavailable, "this machine does not tell")
    }

    package func page(_ request: PageRequest) async throws(Fault) -> Page? {
        switch request.path {
        case "/metrics": Page(contentType: "text/plain; version=0.0.4", body: Array("accept \(request.accept ?? "")\n".utf8))
        case "/stats/summary": throw Fault(.unavailable, "this machine does not tell")
        default: nil
        }
    }

    package func noteCall(_ method: String, _ fault: Fault.Code?, _ duration: Duration) {
        state.withLock { $0.calls.append("\(method) \(fault?.description ?? "ok")") }
    }
}
