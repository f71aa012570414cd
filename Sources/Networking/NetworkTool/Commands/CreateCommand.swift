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
        do { request = try JSON.decode(CreateRequest.self, from: bytes) } catch {
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
