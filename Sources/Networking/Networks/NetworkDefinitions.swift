import Glibc
import Linux
import NetworkSpec

/// A definition file that is refused.
public struct NetworkDefinitionProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file's path.
    public var file: String
    /// What is wrong, with path and position where it is about a member.
    public var message: String

    public var description: String { "\(file): \(message)" }
}

/// The networks that a folder defines: one JSON file each (`.json`), or a configuration list of CNI (`.conflist`). Names of files
/// do not matter but for their order.
public struct NetworkDefinitions: Sendable {
    /// What pods without a network of their own get, unless the folder defines other networks only.
    public static let defaultName = "podnet"

    /// The definitions by name.
    public private(set) var byName: [String: NetworkDefinition] = [:]
    /// The files that are refused; they do the others no harm.
    public private(set) var problems: [NetworkDefinitionProblem] = []

    /// Reads a folder; a missing one is an empty one.
    public init(directory: String) throws(SystemError) {
        let names: [String]
        do throws(SystemError) { names = try FileSystem.list(directory) } catch  where error.errno == ENOENT {
            names = []
        }
        var files: [String: String] = [:]
        for name in names where !name.hasPrefix(".") {
            let isList = name.hasSuffix(".conflist")
            guard isList || name.hasSuffix(".json") else { continue }
            let file = "\(directory)/\(name)"
            do {
                let text = try FileSystem.read(file, limit: 1 << 20)
                let definition = isList ? try list(text, directory) : try NetworkDefinition.decode(text)
                try refuseOverlap(of: definition, files: files)
                byName[definition.name] = definition
                files[definition.name] = file
            } catch {
                problems.append(NetworkDefinitionProblem(file: file, message: "\(error)"))
            }
        }
    }

    private func list(_ text: [UInt8], _ directory: String) throws(NetworkDefinitionError) -> NetworkDefinition {
        let list = try PluginList.decode(text)
        // libcni adds what lies there to the list, unless that says no.
        if !list.loadsOnlyInlinedPlugins, FileSystem.exists("\(directory)/\(list.name)") {
            throw NetworkDefinitionError(
                path: "loadOnlyInlinedPlugins",
                message: "only plugins that stand in the list are served, and there is a folder \(directory)/\(list.name)"
            )
        }
        return NetworkDefinition(list)
    }

    /// A network that has the name, the bridge or a part of the subnets of an earlier one.
    private func refuseOverlap(
        of definition: NetworkDefinition,
        files: [String: String]
    ) throws(NetworkDefinitionError) {
        for (name, other) in byName.sorted(by: { $0.key < $1.key }) {
            let place = files[name] ?? name
            if name == definition.name {
                throw NetworkDefinitionError(path: "name", message: "\"\(name)\" is defined in \(place) already")
            }
            // Networks of other machines can have one parent; a bridge is one network's.
            if let bridge = definition.networkInterface, bridge == other.networkInterface,
                definition.isBridge || other.isBridge
            {
                throw NetworkDefinitionError(path: "network_interface", message: "\(bridge) belongs to \(place)")
            }
            for (index, entry) in definition.subnets.enumerated() {
                if let taken = other.subnets.first(where: { $0.subnet.overlaps(entry.subnet) }) {
                    throw NetworkDefinitionError(
                        path: "subnets[\(index)].subnet",
                        message: "\(entry.subnet) overlaps \(taken.subnet) of \(place)"
                    )
                }
            }
        }
    }

    /// The definition of a name, or the default one; nil where that is the built-in one.
    ///
    /// The default is the network `podnet`; else the only one that there is.
    func definition(named name: String?) throws(NetworkError) -> NetworkDefinition? {
        if let definition = byName[name ?? Self.defaultName] { return definition }
        if name == nil, byName.count == 1 { return byName.first?.value }
        // A file that was refused may have been meant: no other network in its place.
        if byName.isEmpty && problems.isEmpty && (name ?? Self.defaultName) == Self.defaultName { return nil }
        throw NetworkError.unknownNetwork(name ?? Self.defaultName, problems: problems)
    }

    static let builtInBridge = "swiftlet0"

    /// The built-in network: the first of these subnets that meets none of the given ones.
    static func builtIn(avoiding taken: [IPPrefix]) -> NetworkDefinition? {
        for second in UInt8(91)...127 {
            guard let subnet = IPPrefix(.v4(IPv4Address(10, second, 0, 0)), length: 16) else { continue }
            if !taken.contains(where: { $0.overlaps(subnet) }) {
                var definition = NetworkDefinition(
                    name: defaultName,
                    networkInterface: builtInBridge,
                    subnets: [NetworkDefinition.Subnet(subnet)]
                )
                definition.dnsEnabled = true
                return definition
            }
        }
        return nil
    }
}
