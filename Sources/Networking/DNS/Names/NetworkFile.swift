import NetworkSpec

/// The form of aardvark-dns's files.
///
///     10.89.0.1[,fd00::1] [8.8.8.8,1.1.1.1]
///     ID 10.89.0.2[,…] fd00::2[,…] name[,alias…] [servers] [http/tcp/8080,…]
///
/// The first line has the addresses of the host and the servers of the network, each other one is a container. One space lies
/// between fields, so that two say that a field is empty. The last field is swiftlet's own.
public enum NetworkFile {
    /// A file that is no network's, or not yet: netavark writes them line by line, in place.
    public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        /// The line, from 1.
        public var line: Int
        public var message: String

        public var description: String { "line \(line): \(message)" }
    }

    /// Reads a file's text.
    public static func parse(_ text: String, name: String, isInternal: Bool) throws(Fault) -> NetworkNames {
        var network: NetworkNames?
        var line = 0
        // By bytes: a network of many pods is read anew with each that comes or goes.
        for var content in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            line += 1
            if content.last == UInt8(ascii: "\r") { content.removeLast() }
            if content.isEmpty { continue }
            let fields = content.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map(Substring.init)
            if network == nil {
                let addresses = try self.addresses(fields[0], line)
                guard !addresses.isEmpty else { throw Fault(line: line, message: "an address of the network is needed") }
                network = NetworkNames(
                    name: name,
                    isInternal: isInternal,
                    addresses: addresses,
                    servers: fields.count > 1 ? try self.addresses(fields[1], line) : [],
                    containers: []
                )
            } else {
                network?.containers.append(try container(fields, line))
            }
        }
        guard let network else { throw Fault(line: line, message: "the file is empty") }
        return network
    }

    /// Writes what `parse` reads.
    public static func text(of network: NetworkNames) -> String {
        var text = join(network.addresses)
        if !network.servers.isEmpty { text += " " + join(network.servers) }
        text += "\n"
        for container in network.containers {
            var fields = [
                container.id, join(container.addresses.filter { $0.family == .v4 }),
                join(container.addresses.filter { $0.family == .v6 }), container.names.joined(separator: ","),
            ]
            if container.servers != nil || !container.services.isEmpty { fields.append(join(container.servers ?? [])) }
            if !container.services.isEmpty {
                let services = container.services.map { "\($0.name)/\($0.protocol)/\($0.port)" }
                fields.append(services.joined(separator: ","))
            }
            text += fields.joined(separator: " ") + "\n"
        }
        return text
    }

    private static func container(_ fields: [Substring], _ line: Int) throws(Fault) -> NetworkNames.Container {
        guard fields.count >= 4, !fields[0].isEmpty else {
            throw Fault(line: line, message: "a container has an id, addresses of both families and names")
        }
        let servers = fields.count > 4 ? try addresses(fields[4], line) : []
        return NetworkNames.Container(
            id: String(fields[0]),
            addresses: try addresses(fields[1], line, .v4) + addresses(fields[2], line, .v6),
            names: fields[3].utf8.split(separator: UInt8(ascii: ",")).map { String(Substring($0)) },
            servers: servers.isEmpty ? nil : servers,
            services: fields.count > 5 ? try services(fields[5], line) : []
        )
    }

    private static func addresses(
        _ field: Substring,
        _ line: Int,
        _ family: IPAddress.Family? = nil
    ) throws(Fault) -> [IPAddress] {
        var addresses: [IPAddress] = []
        if field.isEmpty { return [] }
        for bytes in field.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let part = Substring(bytes)
            guard let address = IPAddress(part), family == nil || address.family == family else {
                throw Fault(line: line, message: "\"\(part)\" is no address\(family.map { " of IP\($0)" } ?? "")")
            }
            addresses.append(address)
        }
        return addresses
    }

    private static func services(_ field: Substring, _ line: Int) throws(Fault) -> [NetworkNames.Service] {
        var services: [NetworkNames.Service] = []
        for part in field.split(separator: ",") {
            let words = part.split(separator: "/", omittingEmptySubsequences: false)
            guard words.count == 3, let port = UInt16(words[2]) else {
                throw Fault(line: line, message: "\"\(part)\" is no service: name/protocol/port")
            }
            services.append(
                NetworkNames.Service(name: String(words[0]), protocol: String(words[1]), port: port)
            )
        }
        return services
    }

    private static func join(_ addresses: [IPAddress]) -> String {
        addresses.map(\.description).joined(separator: ",")
    }
}
