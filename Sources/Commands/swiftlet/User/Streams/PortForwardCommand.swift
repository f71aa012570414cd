import AgentAPI
import AgentClient
import ArgumentParser
import Glibc
import Linux

/// `swiftlet port-forward`.
struct PortForwardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "port-forward",
        abstract: "Forward local ports to ports of a pod.",
        discussion: """
            Examples:
              swiftlet port-forward web 8080:80       8080 here is 80 there
              swiftlet port-forward web 5000 6000     the same numbers on both sides
              swiftlet port-forward web :80           any free port here
              swiftlet port-forward --address 0.0.0.0 web 8080:80

            Goes on until it is interrupted.
            """
    )

    @Argument(help: "The pod.")
    var name: String

    @Argument(help: ArgumentHelp("[LOCAL:]REMOTE, each.", valueName: "ports"))
    var ports: [ForwardedPort]

    @Option(help: ArgumentHelp("Where to listen; may be given several times.", valueName: "address"))
    var address: [String] = []

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if ports.isEmpty { throw ValidationError("which ports? swiftlet port-forward \(name) [LOCAL:]REMOTE…") }
        for address in address where SocketAddress(address, port: 0) == nil && address != "localhost" {
            throw ValidationError("--address \(address): an IP address or localhost")
        }
    }

    func run() throws {
        try Terminal.reporting {
            // Before anything listens: a pod that is not there is told now.
            let request = PodPortForwardRequest(
                namespace: namespace.namespace,
                name: name,
                ports: ports.map { Int($0.remote) }
            )
            _ = try global.connect().call(AgentMethods.podPortForward, request)
            let dialer = try global.dialer()
            var listeners: [PortListener] = []
            for port in ports {
                var local = port.local
                for (place, host) in hosts.enumerated() {
                    do throws(SystemError) {
                        let listener = try PortListener(host, local)
                        // Any free port, but the same on each address.
                        local = listener.port
                        Terminal.write("Forwarding from \(listener.name) -> \(port.remote)\n")
                        let one = PodPortForwardRequest(
                            namespace: request.namespace, name: request.name, ports: [Int(port.remote)])
                        listener.serve { socket in PortRelay(dialer: dialer, request: one).run(socket) }
                        listeners.append(listener)
                    } catch {
                        // A machine without IPv6 has no ::1.
                        if place > 0 && address.isEmpty && error.errno != EADDRINUSE { continue }
                        throw Fault(.unavailable, "cannot listen on \(host) port \(local): \(error)", reason: "PortUnavailable")
                    }
                }
            }
            // The threads do the work; a signal ends us.
            while !listeners.isEmpty { pause() }
        }
    }

    private var hosts: [String] {
        let wanted = address.isEmpty ? ["localhost"] : address
        return wanted.flatMap { $0 == "localhost" ? ["127.0.0.1", "::1"] : [$0] }
    }
}

/// `[LOCAL:]REMOTE` on the command line. Zero for LOCAL, or nothing before the colon, is any free port.
struct ForwardedPort: ExpressibleByArgument {
    var local: UInt16
    var remote: UInt16

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let last = parts.last, let remote = UInt16(last), remote > 0 else { return nil }
        self.remote = remote
        if parts.count == 1 {
            local = remote
        } else if parts[0].isEmpty {
            local = 0
        } else {
            guard let local = UInt16(parts[0]) else { return nil }
            self.local = local
        }
    }
}
