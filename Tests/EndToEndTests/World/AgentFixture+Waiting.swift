import JSONCoding
import Linux
import TestSupport

extension AgentFixture {
    /// Waits, by the agent's own events, until a pod is as asked.
    @discardableResult
    func wait(
        for name: String,
        namespace: String = "default",
        _ duration: Duration = .seconds(30),
        until what: String = "the condition",
        _ condition: @escaping @Sendable (PodView) -> Bool
    ) async throws -> PodView {
        try await watch(name, namespace, duration, what) { pod in
            guard let pod, condition(pod) else { return nil }
            return pod
        }
    }

    @discardableResult
    func waitRunning(_ name: String, _ duration: Duration = .seconds(30)) async throws -> PodView {
        try await wait(for: name, duration, until: "\(name) running") { $0.isRunning }
    }

    /// Waits until a pod has ended with phase `Succeeded` or `Failed`.
    @discardableResult
    func waitEnded(_ name: String, _ duration: Duration = .seconds(30)) async throws -> PodView {
        try await wait(for: name, duration, until: "\(name) ended") { ["Succeeded", "Failed"].contains($0.phase) }
    }

    /// Waits until nothing is known of a pod.
    func waitGone(_ name: String, namespace: String = "default", _ duration: Duration = .seconds(30)) async throws {
        try await watch(name, namespace, duration, "\(name) gone") { $0 == nil ? () : nil }
    }

    /// Waits until the agent's list of problems is as asked. There is no event for them alone, so a pod's own file that
    /// is put beside tells that the folder has been read: see `settle()`.
    func problems(about file: String) async throws -> [String] {
        try await settle()
        return try await problems().filter { $0["file"]?.stringValue?.hasSuffix(file) ?? false }.map { problem in
            String(decoding: JSON.serialize(problem), as: UTF8.self)
        }
    }

    /// Returns when the agent has read all that lay in the folder before: a pod that is put there now is known.
    func settle() async throws {
        let name = "settle-\(UInt32.random(in: 0 ... .max))"
        // A pod that never gets as far as making anything.
        try put("\(name).yaml", Manifest.pod(name, image: "localhost/absent:1", policy: "Never"))
        try await wait(for: name, until: "the folder read") { _ in true }
        try remove("\(name).yaml")
        try await waitGone(name)
    }

    /// Follows a pod's events until `decide` has an answer; it is asked with nil when the pod is not there.
    private func watch<Answer: Sendable>(
        _ name: String,
        _ namespace: String,
        _ duration: Duration,
        _ what: String,
        _ decide: @escaping @Sendable (PodView?) -> Answer?
    ) async throws -> Answer {
        let socket = socket
        return try await perform {
            let deadline = Deadline(in: duration)
            var connection = try AgentConnection(socket)
            let parameters: JSONNode = ["name": JSONNode(name), "namespace": JSONNode(namespace)]
            _ = try connection.call("pod.watch", parameters, by: deadline)
            var pod: PodView?
            var complete = false
            while true {
                let message: JSONNode
                do {
                    message = try connection.next(deadline)
                } catch is WaitFailure {
                    throw WaitFailure(what: what, last: pod?.description ?? "no such pod")
                }
                for event in message["params"]?["events"]?.arrayValue ?? [] {
                    switch event["type"]?.stringValue {
                    case "BOOKMARK": complete = true
                    case "DELETED": pod = nil
                    default: pod = event["pod"].map { PodView(node: $0) }
                    }
                    // Before the bookmark, a pod that is missing may only not have been told yet.
                    guard complete || pod != nil else { continue }
                    if let answer = decide(pod) { return answer }
                }
            }
        }
    }
}

extension AgentFixture {
    /// The first line that a container writes, as soon as it has written it.
    func firstLogLine(_ pod: String, container: String? = nil) async throws -> String {
        try await follow(pod, container) { $0 }
    }

    /// Waits until a container has written a line.
    func waitForLogLine(_ pod: String, _ line: String, container: String? = nil) async throws {
        try await follow(pod, container) { $0 == line ? () : nil }
    }

    /// Follows a container's log until `decide` has an answer to one of its lines.
    private func follow<Answer: Sendable>(
        _ pod: String,
        _ container: String?,
        _ decide: @escaping @Sendable (String) -> Answer?
    ) async throws -> Answer {
        // There is no log before the first attempt.
        try await wait(for: pod, until: "\(pod) begun") { seen in
            (seen.containers + seen.initContainers).contains { candidate in
                (container == nil || candidate.name == container)
                    && (candidate.isRunning || candidate.end != nil || candidate.restarts > 0)
            }
        }
        let socket = socket
        return try await perform {
            let deadline = Deadline(in: .seconds(30))
            var connection = try AgentConnection(socket)
            var parameters: [JSONNode.Member] = [
                .init(key: "name", value: JSONNode(pod)), .init(key: "follow", value: true),
            ]
            if let container { parameters.append(.init(key: "container", value: JSONNode(container))) }
            _ = try connection.call("pod.logs", JSONNode(.object(parameters)), by: deadline)
            while true {
                let message = try connection.next(deadline)
                for line in message["params"]?["events"]?.arrayValue ?? [] {
                    if let answer = decide(line["text"]?.stringValue ?? "") { return answer }
                }
                if message["method"]?.stringValue == "subscription.end" {
                    throw WaitFailure(what: "a line of \(pod)", last: "the log's end")
                }
            }
        }
    }
}
