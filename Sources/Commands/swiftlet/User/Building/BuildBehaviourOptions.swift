import Archive
import ArgumentParser
import Builder
import Glibc

/// How a build is done.
struct BuildBehaviourOptions: ParsableArguments {
    enum Compression: String, ExpressibleByArgument, CaseIterable { case none, gzip, zstd }
    enum Format: String, ExpressibleByArgument, CaseIterable { case oci, docker }
    enum Pulling: String, ExpressibleByArgument, CaseIterable { case missing, always, never }
    enum Network: String, ExpressibleByArgument, CaseIterable { case host, none }

    @Flag(help: "One layer for all that the build adds to its base.")
    var squash = false

    @Flag(help: "Run every step, whatever was built before.")
    var noCache = false

    @Option(help: "When a base image is asked for at its registry.")
    var pull = Pulling.missing

    @Option(help: "The network of steps that do not say.")
    var network = Network.host

    @Option(help: "How new layers are compressed.")
    var compression = Compression.gzip

    @Option(help: "The media types of the image.")
    var format = Format.oci

    @Option(
        help: ArgumentHelp(
            "The time of the image and of every file in its new layers, in seconds since 1970. SOURCE_DATE_EPOCH in the environment: the image's time, and no file is younger.",
            valueName: "seconds"
        )
    )
    var timestamp: Int64?

    @Flag(name: .shortAndLong, help: "No progress and no output of steps.")
    var quiet = false

    func behaviour() throws -> BuildRequest.Behaviour {
        var behaviour = BuildRequest.Behaviour()
        behaviour.squash = squash
        behaviour.usesCache = !noCache
        // The words are the same.
        behaviour.pulling = .init(rawValue: pull.rawValue) ?? .missing
        behaviour.network = network.rawValue
        behaviour.compression = .init(rawValue: compression.rawValue) ?? .gzip
        behaviour.format = .init(rawValue: format.rawValue) ?? .oci
        behaviour.clock = try BuildClock.of(timestamp)
        return behaviour
    }
}

enum BuildClock {
    /// What the flag says, or else the environment.
    static func of(_ timestamp: Int64?) throws -> BuildRequest.Clock {
        if let timestamp { return .fixed(timestamp) }
        guard let text = getenv("SOURCE_DATE_EPOCH").map({ String(cString: $0) }), !text.isEmpty else { return .now }
        guard let second = Int64(text), second >= 0 else {
            throw BuildError(.invalid, "SOURCE_DATE_EPOCH is a number of seconds since 1970, not \"\(text)\"")
        }
        return .epoch(second)
    }
}
