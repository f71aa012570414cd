import AgentAPI
import AgentClient
import ArgumentParser
import Glibc

/// What the shell offers for names: asked from the agent, within a moment, and silently nothing where it does not answer.
enum Completion {
    /// How long somebody who has pressed Tab waits.
    private static let patience = Duration.milliseconds(700)

    /// Types, and names of the type that stands before them: `pods web`, `pod/web`.
    static let resources = CompletionKind.custom { words, index, prefix in
        if let slash = prefix.firstIndex(of: "/"), let type = ResourceType(word: String(prefix[..<slash])) {
            return names(of: type, words).map { "\(prefix[...slash])\($0)" }
        }
        // The first word that is a type behind the command.
        let before = words.prefix(max(0, min(index, words.count)))
        if let type = before.dropFirst(2).lazy.compactMap({ ResourceType(word: $0) }).first { return names(of: type, words) }
        return ResourceType.allCases.map(\.plural) + ResourceType.allCases.map { "\($0.rawValue)/" }
    }

    static let pods = names(.pod)
    static let images = names(.image)
    static let networks = names(.network)

    static func names(_ type: ResourceType) -> CompletionKind {
        .custom { words, _, prefix in
            let isPair = prefix.hasPrefix("\(type.rawValue)/")
            return names(of: type, words).map { isPair ? "\(type.rawValue)/\($0)" : $0 }
        }
    }

    static let namespaces = CompletionKind.custom { words, _, _ in
        Set(items(.pod, namespace: nil, words).compactMap(\.namespace) + ["default"]).sorted()
    }

    /// The containers of the pod that stands in the words, or of all pods.
    static let containers = CompletionKind.custom { words, _, _ in
        let pods = items(.pod, namespace: namespace(in: words), words)
        let named = pods.filter { words.contains($0.name) || words.contains("pod/\($0.name)") }
        let found = (named.isEmpty ? pods : named).flatMap { item in
            ["initContainers", "containers"].flatMap { item.node["spec"]?[$0]?.arrayValue ?? [] }
        }
        return Set(found.compactMap { $0["name"]?.stringValue }).sorted()
    }

    static let methods = CompletionKind.list(AgentMethods.all.map(\.name))

    private static func names(of type: ResourceType, _ words: [String]) -> [String] {
        items(type, namespace: type.isNamespaced ? namespace(in: words) : nil, words).map(\.name)
    }

    private static func items(_ type: ResourceType, namespace: String?, _ words: [String]) -> [ResourceItem] {
        do throws(Fault) {
            let variable = getenv("SWIFTLET_HOST").map { String(cString: $0) }
            let host = value(of: ["-H", "--host"], in: words) ?? variable
            let endpoint = try host.map { (text) throws(Fault) in try Endpoint(parsing: text) } ?? .standard
            let query = ResourceQuery(connection: try AgentConnection(endpoint, timeout: patience), namespace: namespace)
            return try query.all(type, isQuiet: true)
        } catch {
            // Whoever presses Tab wants names or nothing.
            return []
        }
    }

    private static func namespace(in words: [String]) -> String? {
        if words.contains("-A") || words.contains("--all-namespaces") { return nil }
        return value(of: ["-n", "--namespace"], in: words) ?? "default"
    }

    private static func value(of options: [String], in words: [String]) -> String? {
        for (index, word) in words.enumerated() {
            if options.contains(word), words.indices.contains(index + 1) { return words[index + 1] }
            if let equals = word.firstIndex(of: "="), options.contains(String(word[..<equals])) {
                return String(word[word.index(after: equals)...])
            }
        }
        return nil
    }
}
