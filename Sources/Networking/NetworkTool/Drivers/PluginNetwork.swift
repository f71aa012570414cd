import Glibc
import JSONCoding
import Linux

/// A network of a driver that is a program in one of the plugin directories.
struct PluginNetwork: NetworkDriver {
    let context: DriverContext
    private let name: String
    private let program: String

    init(_ context: DriverContext) throws {
        self.context = context
        name = context.attachment.network.driver
        guard !name.isEmpty, !name.contains("/"), name != ".", name != "..",
            let program = context.pluginDirectories.map({ (directory) -> String in "\(directory)/\(context.attachment.network.driver)" })
                .first(where: { access($0, X_OK) == 0 })
        else { throw ToolError("unknown network driver \"\(context.attachment.network.driver)\"") }
        self.program = program
    }

    func setUp(_ namespace: Kernel.ContainerNamespace) throws -> AttachmentResult {
        AttachmentResult(answer: try run("setup"), names: nil)
    }

    func tearDown(_ namespace: Kernel.ContainerNamespace?) throws { _ = try run("teardown") }

    /// What the program is told: the members as they came, also those that are not known here.
    private var question: JSONNode {
        let raw = context.request.raw
        let name = context.attachment.name
        let options =
            raw["networks"]?.arrayValue?.first { $0["name"]?.stringValue == name } ?? raw["networks"]?[name] ?? .null
        return [
            "container_id": JSONNode(context.request.containerID),
            "container_name": JSONNode(context.request.containerName),
            "port_mappings": raw["port_mappings"] ?? .null, "network": raw["network_info"]?[name] ?? .null,
            "network_options": options,
        ]
    }

    /// Runs the program; gives what it answers.
    private func run(_ command: String) throws -> JSONNode {
        let input = try Descriptor.memoryFile(named: "plugin-in")
        let output = try Descriptor.memoryFile(named: "plugin-out")
        try input.writeAll(JSON.serialize(question))
        _ = lseek(input.rawValue, 0, SEEK_SET)
        let child = ChildProcess(executable: program, arguments: [command, context.namespacePath])
        let status = try during("plugin \"\(name)\" failed") {
            try child.spawn([0: input.rawValue, 1: output.rawValue, 2: STDERR_FILENO]).wait()
        }
        _ = lseek(output.rawValue, 0, SEEK_SET)
        let text = try output.readToEnd(limit: 1 << 20)
        let node: JSONNode? = text.isEmpty ? .null : try? JSON.parse(text)
        guard status == .exited(0) else {
            let message = node?["error"]?.stringValue ?? String(decoding: text, as: UTF8.self)
            let how: String
            switch status {
            case .exited(let code): how = "exit code \(code)"
            case .signaled(let signal): how = "signal \(signal)"
            case nil: how = "no exit status"
            }
            throw ToolError("plugin \"\(name)\" failed: \(how), message: \(message)")
        }
        guard let node else { throw ToolError("plugin \"\(name)\" answered with something that is no JSON") }
        return node
    }
}
