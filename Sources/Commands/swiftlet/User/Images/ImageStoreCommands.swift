import AgentAPI
import AgentClient
import ArgumentParser
import ImageStore
import JSONCoding
import OCISpec

/// `swiftlet image df`.
struct ImageDiskUsage: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "df",
        abstract: "Show what images take of the disk, and what they share.",
        discussion: "Bytes are those of the blobs, as the registry has them; unpacked layers are not counted. Needs no agent."
    )

    @OptionGroup var format: OutputOptions
    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        try await ImageVerb.reporting {
            let (images, total) = try await ImageVerb.store(options).usage()
            if let output = format.output, output == .json || output == .yaml {
                let items = images.map { image -> JSONNode in
                    ["name": JSONNode(image.name), "digest": JSONNode(image.digest.description), "size": JSONNode(image.size), "shared": JSONNode(image.shared)]
                }
                return Terminal.write(output.document(["images": JSONNode(.array(items)), "total": JSONNode(total)]))
            }
            let rows = images.map { [$0.name, HumanBytes.text($0.size), HumanBytes.text($0.shared), HumanBytes.text($0.size - $0.shared)] }
            var table = TextTable(columns: ["NAME", "SIZE", "SHARED", "UNIQUE"])
            Terminal.write(table.render(rows))
            Terminal.write("All blobs: \(HumanBytes.text(total))\n")
        }
    }
}

/// `swiftlet image fsck`.
struct ImageCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fsck",
        abstract: "Read all blobs of the store and compare them with their digests.",
        discussion: """
            Changes nothing. Exit status 1 where a blob is damaged or an image lacks one: remove the image and pull it again. Needs no
            agent.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        try await ImageVerb.reporting {
            let check = try await ImageVerb.store(options).check()
            for digest in check.damaged { Terminal.write("damaged: \(digest)\n") }
            for (digest, image) in check.missing { Terminal.write("missing: \(digest) of \(image)\n") }
            for digest in check.folded { Terminal.write("not unpacked: \(digest)\n") }
            Terminal.write("\(check.blobs) blobs, \(HumanBytes.text(check.bytes)): \(check.isGood ? "good" : "not good")\n")
            if !check.isGood { throw ExitCode(1) }
        }
    }
}
