import AgentAPI
import AgentClient
import ArgumentParser
import JSONCoding
import Linux

/// `swiftlet api`.
struct ApiCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api",
        abstract: "Call a method of the agent's RPC and show the result.",
        discussion: """
            The methods, with their parameters, are in rpc.discover. Events of a \
            subscription follow as JSON, a line each, until it ends.

            Examples:
              swiftlet api system.version
              swiftlet api pod.get '{"name": "web"}'
              swiftlet api pod.apply @request.json
              swiftlet api pod.watch '{"namespace": "default"}'
            """
    )

    @Argument(help: "The method: pod.list.", completion: Completion.methods)
    var method: String

    @Argument(help: "Its parameters, a JSON object; - for standard input, @FILE for a file.")
    var parameters: String = "{}"

    @OptionGroup var format: OutputOptions
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try Terminal.reporting {
            let connection = try global.connect(isUnlimited: true)
            let result = try connection.call(method, try parsed())
            Terminal.write((format.output == .yaml ? OutputFormat.yaml : .json).document(result))
            guard let subscription = result["subscription"]?.stringValue else { return }
            try connection.follow(subscription, of: RawEvent.self) { batch in
                for event in batch.events { Terminal.write(OutputFormat.json.streamed(event.node)) }
                return true
            }
        }
    }

    private func parsed() throws(Fault) -> JSONNode {
        let bytes: [UInt8]
        do throws(SystemError) {
            if parameters == "-" {
                bytes = try CheckCommand.standardInput()
            } else if parameters.hasPrefix("@") {
                bytes = try FileSystem.read(String(parameters.dropFirst()), limit: 64 << 20)
            } else {
                bytes = Array(parameters.utf8)
            }
        } catch {
            throw Fault(.invalid, "\(error)", reason: "FileUnreadable")
        }
        do throws(JSONSyntaxError) { return try JSON.parse(bytes, positions: true) } catch {
            throw Fault(.invalid, "the parameters are no JSON: \(error)", reason: "BadParameters")
        }
    }
}
