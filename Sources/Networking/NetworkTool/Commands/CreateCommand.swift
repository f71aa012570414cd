import Glibc
import JSONCoding
import Linux
import NetworkSpec

/// Completes and checks a network's definition, as podman 6 has it done: what is left open is chosen, what is wrong refused.
enum CreateCommand {
    static func run(_ options: ToolOptions) throws -> JSONNode {
        let bytes = try during("failed to load network create") { () throws -> [UInt8] in
            if let file = options.file { return try FileSystem.read(file, limit: 16 << 20) }
            return try Descriptor(owning: dup(STDIN_FILENO)).readToEnd(limit: 16 << 20)
        }
        let request: CreateRequest
        do {
            let node = try JSON.parse(bytes, positions: true)
            for (index, route) in (node["network"]?["routes"]?.arrayValue ?? []).enumerated() {
                // Without a length it would be one address.
                guard let text = route["destination"]?.stringValue, !text.contains("/") else { continue }
                throw ToolError("routes[\(index)].destination: \"\(text)\" is no address of a network, A.B.C.D/N")
            }
            request = try JSON.decode(CreateRequest.self, from: node)
        } catch {
            // netavark's words for the commonest fault are looked for by its callers.
            let text = "\(error)"
            let hint = text.contains("address") || text.contains("subnet") ? "invalid IP address syntax: " : ""
            throw ToolError("failed to load network create: \(hint)\(text)")
        }
        let interfaces = Set(try Kernel().socket.links().map(\.name))
        var completion = try NetworkCompletion(request, hostInterfaces: interfaces)
        try completion.complete()
        return try JSON.node(from: completion.network)
    }
}
