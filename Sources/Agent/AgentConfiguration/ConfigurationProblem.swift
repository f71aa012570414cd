import JSONCoding

/// One thing that is wrong with a configuration.
public struct ConfigurationProblem: Sendable, Hashable, CustomStringConvertible {
    /// A file, an environment variable or a flag.
    public var source: String
    public var position: SourcePosition?
    public var key: String?
    public var message: String
    public var suggestion: String?

    init(
        _ source: String,
        at position: SourcePosition? = nil,
        key: String? = nil,
        _ message: String,
        suggestion: String? = nil
    ) {
        self.source = source
        self.position = position
        self.key = key
        self.message = message
        self.suggestion = suggestion
    }

    /// A value that was read and turned out to be no good.
    public init(_ setting: AgentSettings.Setting, key: ConfigurationKey, _ message: String) {
        switch setting.origin {
        case .file(let path, let position): self.init(path, at: position, key: key.name, message)
        case .environment(let name), .flag(let name): self.init(name, message)
        case .standard: self.init(key.name, message)
        }
    }

    /// `/etc/swiftlet/config.yaml:3:7: rot: unknown key, did you mean "root"?`
    public var description: String {
        var text = source
        if let position { text += ":\(position)" }
        if let key { text += ": \(key)" }
        text += ": \(message)"
        if let suggestion { text += ", did you mean \"\(suggestion)\"?" }
        return text
    }
}

/// Everything that is wrong with a configuration.
public struct ConfigurationErrors: Error, Sendable, Hashable, CustomStringConvertible {
    public var problems: [ConfigurationProblem]

    public init(_ problems: [ConfigurationProblem]) { self.problems = problems }

    /// A line each.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
