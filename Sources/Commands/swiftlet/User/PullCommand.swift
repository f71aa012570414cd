import AgentAPI
import AgentClient
import ArgumentParser
import JSONCoding
import Linux

/// `swiftlet pull`.
struct PullCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Pull an image from its registry into the store.",
        discussion: """
            Progress goes to standard error, the image's digest to standard output.

            Examples:
              swiftlet pull busybox
              swiftlet pull registry.example:5000/team/app:1.2 --progress plain
            """
    )

    enum Progress: String, ExpressibleByArgument, CaseIterable {
        case auto, tty, plain, json, none
    }

    @Argument(help: "The image: busybox, registry:5000/team/app:1.2, …@sha256:….")
    var image: String

    @Option(help: "How progress is shown; auto: bars on a terminal, lines elsewhere.")
    var progress = Progress.auto

    @OptionGroup var global: GlobalOptions

    func run() throws {
        try Terminal.reporting {
            let connection = try global.connect(isUnlimited: true)
            var display = style.map(PullDisplay.init(style:))
            let result = try connection.pull(ImagePullRequest(image: image)) { report in
                if let text = display?.update(report, now: .now), !text.isEmpty { Terminal.writeError(text) }
                // A report that came as JSON goes as JSON.
                if progress == .json, let node = try? JSON.node(from: report) {
                    Terminal.writeError(JSON.serialize(node) + [UInt8(ascii: "\n")])
                }
            }
            Terminal.write(result.image.digest + "\n")
        }
    }

    private var style: PullDisplay.Style? {
        switch progress {
        case .none, .json: nil
        case .plain: .plain
        case .tty: .terminal(columns: Terminal.errorColumns ?? 80)
        case .auto: Terminal.errorColumns.map { .terminal(columns: $0) } ?? .plain
        }
    }
}
