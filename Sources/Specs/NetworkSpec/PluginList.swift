import JSONCoding

/// A network that programs of others make: a configuration list of CNI, as its specification 1.1 has it (section 1).
public struct PluginList: Sendable, Hashable, Codable {
    /// The versions of the specification that are spoken, in their order.
    public enum Version: String, Sendable, Codable, CaseIterable, Comparable {
        case v0_3_0 = "0.3.0"
        case v0_3_1 = "0.3.1"
        case v0_4_0 = "0.4.0"
        case v1_0_0 = "1.0.0"
        case v1_1_0 = "1.1.0"

        public static func < (a: Version, b: Version) -> Bool {
            // Both are among all cases.
            (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
        }
    }

    /// One program and what it is told.
    public struct Plugin: Sendable, Hashable, Codable {
        /// The program's name.
        public var type: String
        /// What it wants to be told about each pod: `portMappings`, `bandwidth`…
        public var capabilities: Set<String>
        /// All its members as they stand in the file.
        public var configuration: JSONNode
    }

    /// The network's name.
    public var name: String
    /// The version that the programs are spoken to in.
    public var version: Version
    /// Whether the programs are never asked if all is as it should be.
    public var disableCheck = false
    /// Whether the programs are never told what there is to keep: somebody else has pods on this network too.
    public var disableGC = false
    /// Whether no more plugins come from a folder of the network's name.
    public var loadsOnlyInlinedPlugins = false
    /// In the order in which a pod is added.
    public var plugins: [Plugin]

    /// Whether a program wants to be told something of each pod.
    public func hasCapability(_ name: String) -> Bool { plugins.contains { $0.capabilities.contains(name) } }

    /// Whether the programs can be asked if all is as it should be.
    public var hasCheck: Bool { version >= .v0_4_0 && !disableCheck }
    /// Whether they know the commands GC and STATUS.
    public var hasStatus: Bool { version >= .v1_1_0 }
}

extension PluginList {
    private static let members = [
        "cniVersion", "cniVersions", "name", "disableCheck", "disableGC", "loadOnlyInlinedPlugins", "plugins",
    ]

    /// Decodes a list. A member that is unknown, missing or of a wrong type is refused with its path and position; what stands in
    /// a plugin's own part is the plugin's.
    public static func decode(_ bytes: some Collection<UInt8>) throws(NetworkDefinitionError) -> PluginList {
        let root: JSONNode
        do throws(JSONSyntaxError) {
            root = try JSON.parse(bytes, positions: true)
        } catch {
            throw NetworkDefinitionError(path: "", message: error.message, position: error.position)
        }
        guard let members = root.members else { throw wrong(root, "", "an object") }
        for member in members where !Self.members.contains(member.key) {
            throw NetworkDefinitionError(
                path: member.key,
                message: "unknown member; known are \(Self.members.joined(separator: ", "))",
                position: member.keyPosition
            )
        }
        let name = try text(root, "name")
        guard NetworkDefinition.isName(name) else {
            throw error(root["name"], "name", "\"\(name)\" is no name: a letter or digit, then also . _ -")
        }
        var list = PluginList(name: name, version: try version(root), plugins: try plugins(root))
        list.disableCheck = try flag(root, "disableCheck")
        list.disableGC = try flag(root, "disableGC")
        list.loadsOnlyInlinedPlugins = try flag(root, "loadOnlyInlinedPlugins")
        return list
    }

    /// The highest version that the list names and that is spoken here.
    private static func version(_ root: JSONNode) throws(NetworkDefinitionError) -> Version {
        let known = Version.allCases.map(\.rawValue).joined(separator: ", ")
        if let node = root["cniVersions"] {
            guard let elements = node.arrayValue else { throw wrong(node, "cniVersions", "an array") }
            let spoken = elements.compactMap { $0.stringValue.flatMap(Version.init(rawValue:)) }.max()
            guard let spoken else { throw error(node, "cniVersions", "none of these is served; served are \(known)") }
            return spoken
        }
        let text = try text(root, "cniVersion")
        guard let version = Version(rawValue: text) else {
            throw error(root["cniVersion"], "cniVersion", "\"\(text)\" is not served; served are \(known)")
        }
        return version
    }

    private static func plugins(_ root: JSONNode) throws(NetworkDefinitionError) -> [Plugin] {
        guard let node = root["plugins"] else { throw error(root, "plugins", "missing") }
        guard let elements = node.arrayValue else { throw wrong(node, "plugins", "an array") }
        guard !elements.isEmpty else { throw error(node, "plugins", "a network needs at least one plugin") }
        var plugins: [Plugin] = []
        for (index, element) in elements.enumerated() {
            let path = "plugins[\(index)]"
            guard element.members != nil else { throw wrong(element, path, "an object") }
            let type = try text(element, "type", in: path)
            // It is looked for in folders of programs, and nowhere else.
            guard !type.isEmpty, !type.contains("/"), !type.hasPrefix("."), !type.utf8.contains(0) else {
                throw error(element["type"], "\(path).type", "\"\(type)\" is no name of a program")
            }
            var capabilities: Set<String> = []
            if let wanted = element["capabilities"] {
                guard let members = wanted.members else { throw wrong(wanted, "\(path).capabilities", "an object") }
                for member in members {
                    guard let isWanted = member.value.boolValue else {
                        throw wrong(member.value, "\(path).capabilities.\(member.key)", "true or false")
                    }
                    if isWanted { capabilities.insert(member.key) }
                }
            }
            plugins.append(Plugin(type: type, capabilities: capabilities, configuration: element))
        }
        return plugins
    }

    private static func text(_ node: JSONNode, _ key: String, in path: String? = nil) throws(NetworkDefinitionError) -> String {
        let path = (path.map { "\($0)." } ?? "") + key
        guard let value = node[key] else { throw error(node, path, "missing") }
        guard let text = value.stringValue else { throw wrong(value, path, "a string") }
        return text
    }

    private static func flag(_ node: JSONNode, _ key: String) throws(NetworkDefinitionError) -> Bool {
        guard let value = node[key] else { return false }
        guard let flag = value.boolValue else { throw wrong(value, key, "true or false") }
        return flag
    }

    private static func wrong(_ node: JSONNode, _ path: String, _ wanted: String) -> NetworkDefinitionError {
        error(node, path, "wants \(wanted), not \(node.kind)")
    }

    private static func error(_ node: JSONNode?, _ path: String, _ message: String) -> NetworkDefinitionError {
        NetworkDefinitionError(path: path, message: message, position: node?.position)
    }
}

extension NetworkDefinition {
    /// The driver of networks that programs of others make.
    public static let pluginDriver = "cni"

    /// Makes a definition of a configuration list.
    public init(_ list: PluginList) {
        self.init(name: list.name, networkInterface: nil, subnets: [])
        driver = Self.pluginDriver
        plugins = list
    }
}
