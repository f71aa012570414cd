import JSONCoding
import OCISpec

extension SignaturePolicy {
    /// Reads a policy. Throws with the place of what is wrong: unknown and repeated keys are.
    public init(_ bytes: [UInt8]) throws(PolicyProblem) {
        let root: JSONNode
        do throws(JSONSyntaxError) { root = try JSON.parse(bytes, positions: true) } catch { throw PolicyProblem(error.description) }
        let top = try PolicyObject(root, "", known: ["default", "transports"])
        guard let standard = top["default"] else { throw PolicyProblem("default: missing") }
        self.init(standard: try Self.requirements(standard, "default"))
        for transport in try top.members("transports") {
            let path = "transports.\(transport.key)"
            guard let scopes = transport.value.members else { throw PolicyProblem(transport.value, path, "wants an object") }
            for scope in scopes {
                transports[transport.key, default: [:]][scope.key] = try Self.requirements(scope.value, "\(path).\"\(scope.key)\"")
            }
        }
    }

    private static func requirements(_ node: JSONNode, _ path: String) throws(PolicyProblem) -> [Requirement] {
        guard let items = node.arrayValue, !items.isEmpty else { throw PolicyProblem(node, path, "wants an array with a requirement") }
        var found: [Requirement] = []
        for (index, item) in items.enumerated() { found.append(try requirement(item, "\(path)[\(index)]")) }
        return found
    }

    private static let keyKeys = ["keyPath", "keyPaths", "keyData", "keyDatas"]

    private static func requirement(_ node: JSONNode, _ path: String) throws(PolicyProblem) -> Requirement {
        guard let type = node["type"]?.stringValue else { throw PolicyProblem(node, path, "has no type") }
        switch type {
        case "insecureAcceptAnything":
            _ = try PolicyObject(node, path, known: ["type"])
            return .acceptAnything
        case "reject":
            _ = try PolicyObject(node, path, known: ["type"])
            return .reject
        case "signedBy":
            let object = try PolicyObject(node, path, known: ["type", "keyType", "signedIdentity"] + keyKeys.dropLast())
            let keyType = try object.text("keyType")
            guard keyType == "GPGKeys" else { throw PolicyProblem(node, path, "knows keyType GPGKeys only") }
            return .signedBy(try keys(object), try identity(object["signedIdentity"], "\(path).signedIdentity"))
        case "sigstoreSigned":
            let object = try PolicyObject(node, path, known: ["type", "signedIdentity"] + keyKeys)
            return .sigstoreSigned(try keys(object), try identity(object["signedIdentity"], "\(path).signedIdentity"))
        default:
            throw PolicyProblem(node, path, "the unknown type \"\(type)\"")
        }
    }

    private static func keys(_ object: PolicyObject) throws(PolicyProblem) -> KeyMaterial {
        let given = keyKeys.filter { object[$0] != nil }
        guard given.count == 1, let key = given.first else {
            throw PolicyProblem(object.node, object.path, "wants exactly one of keyPath, keyPaths, keyData, keyDatas")
        }
        let texts = key.hasSuffix("s") ? try object.texts(key) : [try object.text(key)]
        if key.hasPrefix("keyPath") { return .files(texts) }
        var data: [[UInt8]] = []
        for text in texts {
            guard let bytes = Base64.decode(text), !bytes.isEmpty else { throw PolicyProblem(object.node, "\(object.path).\(key)", "is no base64") }
            data.append(bytes)
        }
        return .data(data)
    }

    private static func identity(_ node: JSONNode?, _ path: String) throws(PolicyProblem) -> SignedIdentity {
        guard let node else { return .matchRepoDigestOrExact }
        guard let type = node["type"]?.stringValue else { throw PolicyProblem(node, path, "has no type") }
        let values = ["exactReference": ["dockerReference"], "exactRepository": ["dockerRepository"], "remapIdentity": ["prefix", "signedPrefix"]]
        let object = try PolicyObject(node, path, known: ["type"] + (values[type] ?? []))
        switch type {
        case "matchExact": return .matchExact
        case "matchRepoDigestOrExact": return .matchRepoDigestOrExact
        case "matchRepository": return .matchRepository
        case "exactReference":
            let name = try object.name("dockerReference")
            guard !name.isNameOnly else { throw PolicyProblem(node, path, "dockerReference wants a tag or a digest") }
            return .exactReference(name)
        case "exactRepository": return .exactRepository(try object.name("dockerRepository"))
        case "remapIdentity":
            let (from, to) = (try object.text("prefix"), try object.text("signedPrefix"))
            for prefix in [from, to] where !SignedIdentity.isPrefix(prefix) {
                throw PolicyProblem(node, path, "\"\(prefix)\" is neither a host nor a repository or a part of one")
            }
            return .remapIdentity(prefix: from, signedPrefix: to)
        default: throw PolicyProblem(node, path, "the unknown type \"\(type)\"")
        }
    }
}

/// What is wrong with a policy, with its place.
public struct PolicyProblem: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String

    init(_ text: String) { description = text }

    init(_ node: JSONNode, _ path: String, _ problem: String) {
        description = (node.position.map { "\($0): " } ?? "") + (path.isEmpty ? "" : "\(path): ") + problem
    }
}

/// An object whose members are all known.
struct PolicyObject {
    let node: JSONNode
    let path: String

    init(_ node: JSONNode, _ path: String, known: [String]) throws(PolicyProblem) {
        guard let members = node.members else { throw PolicyProblem(node, path, "wants an object") }
        for member in members where !known.contains(member.key) {
            throw PolicyProblem(JSONNode(.null, position: member.keyPosition ?? node.position), path, "the unknown key \"\(member.key)\"")
        }
        self.node = node
        self.path = path
    }

    subscript(key: String) -> JSONNode? { node[key] }

    func members(_ key: String) throws(PolicyProblem) -> [JSONNode.Member] {
        guard let value = node[key] else { return [] }
        guard let members = value.members else { throw PolicyProblem(value, "\(path)\(key)", "wants an object") }
        return members
    }

    func text(_ key: String) throws(PolicyProblem) -> String {
        guard let text = node[key]?.stringValue, !text.isEmpty else { throw PolicyProblem(node[key] ?? node, "\(path).\(key)", "wants a text") }
        return text
    }

    func texts(_ key: String) throws(PolicyProblem) -> [String] {
        let texts = node[key]?.arrayValue?.map(\.stringValue) ?? []
        let found = texts.compactMap { $0 }.filter { !$0.isEmpty }
        guard !found.isEmpty, found.count == texts.count else { throw PolicyProblem(node[key] ?? node, "\(path).\(key)", "wants texts") }
        return found
    }

    func name(_ key: String) throws(PolicyProblem) -> SignedName {
        let text = try text(key)
        guard let name = SignedName(text) else { throw PolicyProblem(node[key] ?? node, "\(path).\(key)", "\"\(text)\" is no name of an image") }
        return name
    }
}
