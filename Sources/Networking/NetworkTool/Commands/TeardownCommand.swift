import Glibc
import Linux

/// Disconnects a container from its networks, as far as it is connected: what goes wrong is told at the end.
enum TeardownCommand {
    static func run(_ session: ToolSession, namespacePath: String) throws {
        // Half a teardown is worse than a late one.
        signal(SIGTERM, SIG_IGN)
        signal(SIGINT, SIG_IGN)
        let request = try session.request()
        try tearDown(request, session, try namespace(session, namespacePath), namespacePath: namespacePath)
    }

    /// - Parameter namespace: Nil where it is gone.
    static func tearDown(
        _ request: SetupRequest,
        _ session: ToolSession,
        _ namespace: Kernel.ContainerNamespace?,
        namespacePath: String
    ) throws {
        let lock = try session.lock()
        defer { withExtendedLifetime(lock) {} }
        let firewall = try session.firewall()
        var failures = Failures()
        failures.collect { try removeNames(request, session) }
        for attachment in request.attachments {
            failures.collect {
                try session.context(request, attachment, firewall, namespacePath: namespacePath).driver()
                    .tearDown(namespace)
            }
        }
        try failures.throwIfAny()
    }

    /// The container's namespace. Where it is gone, the kernel has cleaned up inside, and the host's side is left to do.
    private static func namespace(
        _ session: ToolSession,
        _ path: String
    ) throws(ToolError) -> Kernel.ContainerNamespace? {
        guard FileSystem.exists(path) else {
            ToolLog.warn("netavark::commands::teardown", "container netns not found: \(path)")
            return nil
        }
        return try session.kernel.namespace(path)
    }

    private static func removeNames(_ request: SetupRequest, _ session: ToolSession) throws {
        let named = request.attachments.filter { $0.network.dnsEnabled }
        if named.isEmpty { return }
        let server = session.names
        guard FileSystem.exists(server.folder.path) else { return }
        let lock = try session.lockNames()
        defer { withExtendedLifetime(lock) {} }
        var failures = Failures()
        var hasChanged = false
        for attachment in named {
            let had = failures.collect { () throws -> Bool? in
                try server.folder.remove(
                    container: request.containerID,
                    network: attachment.network.name,
                    isInternal: attachment.network.isInternal
                )
            }
            hasChanged = hasChanged || had == true
        }
        if hasChanged {
            failures.collect { try server.folder.isEmpty ? server.end() : server.notify() }
        }
        do { try failures.throwIfAny() } catch { throw ToolError("error while removing dns entries: \(error)") }
    }
}
