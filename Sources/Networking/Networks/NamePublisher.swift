import DNS
import Glibc
import Linux
import NetworkSpec

/// Tells the name server which networks there are and which names are on them: a file for each, and a signal.
///
/// It belongs to the thread of `HostNetworks`.
final class NamePublisher {
    private let directory: String
    let domain: String
    let process: NameServerProcess

    init(_ configuration: NameServerConfiguration) {
        directory = configuration.directory
        domain = configuration.domain
        process = NameServerProcess(configuration)
    }

    /// Whether a network's names are served at its gateways, by the file that says so.
    func serves(_ definition: NetworkDefinition) -> Bool { FileSystem.exists(path(definition)) }

    /// Serves a network that is up, from its first pod on. False where someone else has the port: a name server of the host's
    /// that listens on every address. Such a network's pods ask the host's servers.
    func begin(_ definition: NetworkDefinition) throws -> Bool {
        guard definition.dnsEnabled else { return false }
        if serves(definition) { return true }
        for gateway in definition.subnets.compactMap(\.gateway) {
            guard try process.canListen(on: gateway) else { return false }
        }
        try publish(definition, [])
        return true
    }

    /// Writes who is on a network now.
    func publish(_ definition: NetworkDefinition, _ pods: some Sequence<PodRecord>) throws {
        // Sorted as what is written of them, which is less than a record.
        let containers = pods.map { pod in
            let container = NetworkNames.Container(
                id: pod.podUID,
                addresses: pod.addresses,
                names: pod.names?.names ?? [],
                services: (pod.names?.services ?? []).map {
                    NetworkNames.Service(name: $0.name, protocol: $0.transport, port: $0.port)
                }
            )
            return (name: pod.podName, container: container)
        }.sorted { $0.name < $1.name }.map(\.container)
        let names = NetworkNames(
            name: definition.name,
            isInternal: definition.isInternal,
            addresses: definition.subnets.compactMap(\.gateway),
            servers: definition.dnsServers,
            containers: containers
        )
        try FileSystem.makeDirectories(directory, mode: 0o755)
        // By rename: the server never sees a half of it.
        try FileSystem.writeAtomically(path(definition), Array(NetworkFile.text(of: names).utf8), durable: false)
        try process.reload()
    }

    /// No longer serves a network. With the last one the server is ended: left to itself it would end as well, at a moment when
    /// the next network may have found it still there.
    func end(_ definition: NetworkDefinition) throws {
        guard serves(definition) else { return }
        try FileSystem.removeFile(path(definition))
        if try FileSystem.list(directory).allSatisfy({ $0 == NetworkFolder.pidFile || $0.hasPrefix(".") }) {
            try process.end()
            try FileSystem.removeTree(directory)
        } else {
            try process.reload()
        }
    }

    private func path(_ definition: NetworkDefinition) -> String {
        "\(directory)/\(definition.name)\(definition.isInternal ? NetworkFolder.internalSuffix : "")"
    }
}
