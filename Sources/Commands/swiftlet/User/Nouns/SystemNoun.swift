import AgentAPI
import AgentClient
import ArgumentParser

/// `swiftlet system`.
struct SystemNoun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "system",
        abstract: "The machine, the agent, and what it keeps on the disk.",
        subcommands: [InfoCommand.self, HealthCommand.self, DiskUsage.self, VersionCommand.self]
    )

    struct DiskUsage: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "df",
            abstract: "Show what images, layers, pods, volumes and logs take up on the disk.",
            discussion: """
                RECLAIMABLE is what nothing uses: images and layers that "image prune --all" would remove (of images an \
                upper bound: they may share blobs), folders of claims that have no manifest any more, and logs of \
                pods that are gone.
                """
        )

        @OptionGroup var format: OutputOptions
        @OptionGroup var global: GlobalOptions

        func run() throws {
            try Terminal.reporting {
                let report = try global.connect(isUnlimited: true).call(AgentMethods.systemDiskUsage)
                if let output = format.output, output == .json || output == .yaml {
                    Terminal.write(output.document(try OutputFormat.node(report)))
                } else {
                    Terminal.write(DiskUsageText.text(of: report))
                }
            }
        }
    }
}
