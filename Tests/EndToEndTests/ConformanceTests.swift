import JSONCoding
import Linux
import TestSupport
import Testing
import YAMLCoding

extension EndToEnd {
    /// Each manifest of `manifests/conformance/` has the outcome that it says it must have.
    @Suite struct ConformanceTests {
        @Test func everyManifestHasItsOutcome() async throws {
            let folder = "\(try SampleTests.repository)/manifests/conformance"
            let host = try await TestHost("conformance")
            let agent = try AgentFixture(host: host, folder: host.folder)
            try await agent.loadImage(named: "busybox:1.36")
            try await agent.start()
            let before = try await agent.snapshot()
            // All at once: they are as many as the pods of a busy machine, and none may disturb another.
            let files = try FileSystem.list(folder).filter { $0.hasSuffix(".yaml") }.sorted()
            for file in files { try agent.put(file, try FileSystem.readText("\(folder)/\(file)")) }
            for file in files {
                let text = try FileSystem.readText("\(folder)/\(file)")
                let expectation = try #require(ConformanceExpectation(text), "\(file) says no outcome")
                do {
                    try await expectation.check(agent, file: file)
                } catch {
                    Issue.record("\(file): \(error)")
                }
            }
            try await agent.removeAll()
            let after = try await agent.snapshot()
            expectUnchanged(after, since: before)
            host.close()
        }
    }
}

/// What the annotations of a conformance manifest demand.
private struct ConformanceExpectation {
    let name: String
    let namespace: String
    let isPod: Bool
    /// `Succeeded`, `Pending`, ….
    let outcome: String
    let reason: String?

    /// Nil where no object of the file has the annotations.
    init?(_ text: String) {
        for document in YAML.parse(text.utf8).documents {
            guard let metadata = document["metadata"], let name = metadata["name"]?.stringValue,
                let words = metadata["annotations"]?["conformance/outcome"]?.stringValue?.split(separator: " "),
                let outcome = words.first
            else { continue }
            self.name = name
            namespace = metadata["namespace"]?.stringValue ?? "default"
            isPod = document["kind"]?.stringValue == "Pod"
            self.outcome = String(outcome)
            reason = words.count > 1 ? String(words[1]) : nil
            return
        }
        return nil
    }

    func check(_ agent: AgentFixture, file: String) async throws {
        if outcome == "Refused" {
            let problems = try await agent.problems(about: file)
            #expect(!problems.isEmpty, "\(file) is not refused")
            let pods = try await agent.pods()
            #expect(!pods.contains { $0.name == name && $0.namespace == namespace }, "\(file): its pod runs")
            return
        }
        let problems = try await agent.problems().filter { $0["file"]?.stringValue == file }
        #expect(problems.isEmpty, "\(file): \(problems.map { String(decoding: JSON.serialize($0), as: UTF8.self) })")
        guard problems.isEmpty else { return }
        for pod in try await pods(agent) {
            // One that has ended otherwise is not waited for.
            let found = try await agent.wait(for: pod, namespace: namespace, .seconds(60), until: "\(outcome)") {
                has($0) || ["Succeeded", "Failed"].contains($0.phase)
            }
            #expect(has(found), "\(file): not \(outcome): \(found)")
        }
    }

    /// The pod itself, or those that the object owns, as soon as there are any.
    private func pods(_ agent: AgentFixture) async throws -> [String] {
        if isPod { return [name] }
        let deadline = Deadline(in: .seconds(30))
        while true {
            let owned = try await agent.pods().filter { pod in
                pod.namespace == namespace
                    && pod.node["metadata"]?["ownerReferences"]?.arrayValue?.contains {
                        $0["name"]?.stringValue?.hasPrefix(name) ?? false
                    } ?? false
            }
            if !owned.isEmpty { return owned.map(\.name) }
            if deadline.hasPassed { throw WaitFailure(what: "pods of \(name)", last: "none") }
            try await agent.settle()
        }
    }

    private func has(_ pod: PodView) -> Bool {
        if let reason {
            let reasons =
                [pod.reason] + (pod.containers + pod.initContainers).flatMap { [$0.waitingReason, $0.end?.reason ?? ""] }
            guard reasons.contains(reason) else { return false }
        }
        return switch outcome {
        case "Ready": pod.condition("Ready") == "True"
        case "Running": pod.isRunning
        default: pod.phase == outcome
        }
    }
}
