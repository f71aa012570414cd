import JSONCoding
import Linux
import NetworkSpec

/// Connects a container to its networks: all of them or none.
enum SetupCommand {
    /// Gives the answer for the caller: network → status.
    static func run(_ session: ToolSession, namespacePath: String) throws -> JSONNode {
        let request = try session.request()
        guard FileSystem.exists(namespacePath) else {
            removeRemains(of: request, session, namespacePath)
            _ = try session.kernel.namespace(namespacePath)
            throw ToolError("\(namespacePath) comes and goes")
        }
        let namespace = try session.kernel.namespace(namespacePath)
        let lock = try session.lock()
        defer { withExtendedLifetime(lock) {} }
        let firewall = try session.firewall()
        var answers: [JSONNode.Member] = []
        var names: [NameEntry] = []
        var done: [any NetworkDriver] = []
        do {
            // What is wrong with one is found before anything is made.
            let drivers = try request.attachments.map {
                try session.context(request, $0, firewall, namespacePath: namespacePath).driver()
            }
            for (attachment, driver) in zip(request.attachments, drivers) {
                let result = try driver.setUp(namespace)
                done.append(driver)
                answers.append(.init(key: attachment.name, value: result.answer))
                if let entry = result.names { names.append(entry) }
            }
            try publish(names, session)
        } catch {
            for driver in done.reversed() {
                do { try driver.tearDown(namespace) } catch {
                    ToolLog.write(.error, "netavark::commands::setup", "while taking back: \(error)")
                }
            }
            throw error
        }
        return JSONNode(.object(answers))
    }

    /// Takes away what a container still has of an earlier time whose namespace is gone: nobody else would before the next teardown.
    private static func removeRemains(of request: SetupRequest, _ session: ToolSession, _ namespacePath: String) {
        do { try TeardownCommand.tearDown(request, session, nil, namespacePath: namespacePath) } catch {
            ToolLog.write(.error, "netavark::commands::setup", "while removing what is left of a namespace that is gone: \(error)")
        }
    }

    private static func publish(_ entries: [NameEntry], _ session: ToolSession) throws {
        if entries.isEmpty { return }
        let lock = try session.lockNames()
        defer { withExtendedLifetime(lock) {} }
        let server = session.names
        try FileSystem.makeDirectories(server.folder.path)
        if session.generation >= 2 { try entries.forEach(refuseLoop) }
        do {
            for entry in entries { try server.folder.add(entry) }
            try server.reload()
        } catch {
            for entry in entries {
                do {
                    try server.folder.remove(
                        container: entry.container, network: entry.network, isInternal: entry.isInternal)
                } catch {
                    ToolLog.write(.error, "netavark::dns::aardvark", "while taking back: \(error)")
                }
            }
            throw ToolError("error while applying dns entries: \(ToolError(error))")
        }
    }

    private static func refuseLoop(_ entry: NameEntry) throws {
        for server in entry.networkServers + entry.servers where entry.listenAddresses.contains(server) {
            throw ToolError(
                "error while applying dns entries: DNS server \(server) would cause aardvark-dns to forward queries to itself"
            )
        }
    }
}
