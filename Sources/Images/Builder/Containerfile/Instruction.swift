/// One instruction of a Containerfile. Variables in it are expanded when it is carried out.
public struct Instruction: Sendable, Hashable {
    /// What the instruction does.
    public enum Action: Sendable, Hashable {
        case from(Base)
        case argument([Assignment])
        case environment([Assignment])
        case label([Assignment])
        case run(Run)
        case command(CommandLine)
        case entrypoint(CommandLine)
        case transfer(Transfer)
        case workingDirectory(String)
        case user(String)
        case stopSignal(String)
        case maintainer(String)
        case expose([String])
        case volume([String])
        case shell([String])
        case health(Health)
        case onBuild(String)
    }

    /// In capitals: `RUN`.
    public var keyword: String
    public var action: Action
    public var position: TextPosition
    /// The instruction as it was written, on one line, without its heredocs.
    public var text: String
    public var heredocs: [Heredoc]
}

extension Instruction {
    /// `FROM`.
    public struct Base: Sendable, Hashable {
        public var image: String
        public var platform: String?
        /// The stage's name, in lower case.
        public var name: String?
    }

    /// `NAME=VALUE`; without a value for an ARG that has no default.
    public struct Assignment: Sendable, Hashable {
        public var name: String
        public var value: String?
        /// Whether quotes and escapes are part of the value (`ENV NAME VALUE`): never; they are taken away when it is expanded.
        public var position: TextPosition
    }

    /// A command in the exec form, which is a program with its arguments, or in the shell form.
    public enum CommandLine: Sendable, Hashable {
        case exec([String])
        case shell(String)
    }

    /// `RUN`.
    public struct Run: Sendable, Hashable {
        public var command: CommandLine
        public var mounts: [MountRequest]
        /// `default`, `none` or `host`.
        public var network: String?
    }

    /// A `--mount` of RUN, as it was written: variables may stand in the values.
    public struct MountRequest: Sendable, Hashable {
        public enum Kind: String, Sendable, CaseIterable {
            case bind, cache, tmpfs, secret, ssh
        }

        public var kind: Kind
        public var options: [String: String]
        public var position: TextPosition
    }

    /// `COPY` and `ADD`.
    public struct Transfer: Sendable, Hashable {
        /// Whether it is ADD, which fetches URLs and unpacks archives.
        public var adds: Bool
        public var sources: [String]
        public var destination: String
        public var from: String?
        public var owner: String?
        public var mode: String?
        public var link: Bool
        public var excludes: [String]
        public var checksum: String?
        /// Nil where an archive is unpacked if it is one and local.
        public var unpack: Bool?
    }

    /// `HEALTHCHECK`; durations in nanoseconds.
    public struct Health: Sendable, Hashable {
        /// Nil for NONE.
        public var command: CommandLine?
        public var interval: Int64?
        public var timeout: Int64?
        public var startPeriod: Int64?
        public var startInterval: Int64?
        public var retries: Int?
    }
}
