import Linux
import TestSupport

extension Host {
    /// What a URL answers, asked by curl until it answers: a pod runs before its server listens.
    ///
    /// - Parameter namespace: a named network namespace of the host to ask from.
    func page(_ url: String, from namespace: String? = nil) async throws -> String {
        let prefix = namespace.map { ["ip", "netns", "exec", $0] } ?? []
        let script = """
            for i in $(seq 300); do
                page=$(curl -fsS --max-time 10 "$1" 2>&1) && break
                sleep 0.02
            done
            printf '%s\\n' "$page"
            """
        return try await run(Command(prefix + ["/bin/sh", "-c", script, "sh", url])).text
    }
}

extension AgentFixture {
    /// The same from inside of a pod, by busybox's wget.
    func page(_ url: String, from pod: String, container: String? = nil) async throws -> String {
        let script = "for i in $(seq 300); do wget -qO- \(url) 2>/dev/null && exit 0; sleep 0.02; done; exit 1"
        return try await exec(pod, script, container: container)
    }
}
