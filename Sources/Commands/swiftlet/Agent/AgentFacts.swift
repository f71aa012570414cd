import AgentAPI
import Glibc
import Linux

/// What the agent says of itself and its machine.
struct AgentFacts: Sendable {
    let node: NodeFacts
    let agent: SystemInfo.Agent

    init(node: NodeFacts, paths: AgentPaths, manifests: String, netconf: String) {
        self.node = node
        agent = SystemInfo.Agent(
            version: VersionInfo.current.version,
            pid: Int(getpid()),
            startedAt: Timestamp.now.rfc3339Seconds,
            paths: [
                "root": paths.root, "runRoot": paths.runRoot, "logs": paths.logRoot, "manifests": manifests,
                "netconf": netconf,
            ]
        )
    }
}
