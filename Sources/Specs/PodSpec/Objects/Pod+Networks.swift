import JSONCoding

/// A network that a pod is on beside its own.
public struct AdditionalNetwork: Sendable, Hashable {
    /// The network's name.
    public var name: String
    /// The interface's name in the pod; nil for `net1`, `net2`… in the order of the list.
    public var interface: String?

    public init(name: String, interface: String? = nil) {
        self.name = name
        self.interface = interface
    }
}

extension Pod {
    /// The annotation that names the networks that a pod is on beside its own, as the Network Plumbing Working Group has it: a list
    /// `name@interface, name`, or JSON `[{"name": …, "interface": …}]`. A namespace in front of a name (`shop/name`) is accepted
    /// and means nothing: networks are the node's.
    public static let networksAnnotation = "k8s.v1.cni.cncf.io/networks"

    /// The networks beside its own; none where the annotation says what the validator refuses.
    public var additionalNetworks: [AdditionalNetwork] {
        guard let text = metadata.annotations[Self.networksAnnotation] else { return [] }
        do throws(NetworkListError) { return try Self.networks(text) } catch { return [] }
    }

    /// The annotation that lets a pod send with addresses that are not its own when it says `true`: one that routes, or holds an
    /// address that moves.
    public static let sendsForOthersAnnotation = "swiftlet/sends-for-others"

    /// Whether the pod may send with addresses that are not its own. The validator refuses what is neither true nor false.
    public var sendsForOthers: Bool { metadata.annotations[Self.sendsForOthersAnnotation] == "true" }

    /// Why a text is no list of networks.
    public struct NetworkListError: Error, Sendable { public var message: String }

    /// Reads the value of the annotation.
    public static func networks(_ text: String) throws(NetworkListError) -> [AdditionalNetwork] {
        let list = text.first { !$0.isWhitespace } == "[" ? try networks(json: text) : try networks(words: text)
        var interfaces: Set<String> = ["eth0", "lo"]
        var names: Set<String> = []
        for (index, network) in list.enumerated() {
            guard NameSyntax.isQualifiedName(network.name), !network.name.contains("/") else {
                throw NetworkListError(message: "\"\(network.name)\" is no name of a network")
            }
            let interface = network.interface ?? "net\(index + 1)"
            guard (1...15).contains(interface.utf8.count), interface.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
                !interface.contains(where: { "/:%@".contains($0) }), interface != ".", interface != ".."
            else { throw NetworkListError(message: "\"\(interface)\" is no name of an interface: 1 to 15 letters without / : % @") }
            guard interfaces.insert(interface).inserted else {
                throw NetworkListError(message: "the interface \(interface) is there already")
            }
            guard names.insert(network.name).inserted else {
                throw NetworkListError(message: "the network \(network.name) is named twice")
            }
        }
        return list
    }

    private static func networks(words text: String) throws(NetworkListError) -> [AdditionalNetwork] {
        guard text.contains(where: { !$0.isWhitespace }) else { return [] }
        var list: [AdditionalNetwork] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            let word = word.filter { !$0.isWhitespace }
            let parts = word.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
            guard parts.count <= 2 else { throw NetworkListError(message: "\"\(word)\" has more than one @") }
            list.append(AdditionalNetwork(name: withoutNamespace(parts[0]), interface: parts.count == 2 ? parts[1] : nil))
        }
        return list
    }

    private static func networks(json text: String) throws(NetworkListError) -> [AdditionalNetwork] {
        let node: JSONNode
        do { node = try JSON.parse(Array(text.utf8)) } catch { throw NetworkListError(message: "\(error)") }
        var list: [AdditionalNetwork] = []
        for (index, entry) in (node.arrayValue ?? []).enumerated() {
            guard let name = entry["name"]?.stringValue else {
                throw NetworkListError(message: "[\(index)].name is missing")
            }
            for member in entry.members ?? [] where !["name", "namespace", "interface"].contains(member.key) {
                // An address or a hardware address that is asked for and not given would be another pod.
                throw NetworkListError(message: "[\(index)].\(member.key) is not served: name, namespace and interface are")
            }
            list.append(AdditionalNetwork(name: withoutNamespace(name), interface: entry["interface"]?.stringValue))
        }
        return list
    }

    private static func withoutNamespace(_ name: String) -> String {
        name.firstIndex(of: "/").map { String(name[name.index(after: $0)...]) } ?? name
    }
}
