/// A key of the configuration: everything that parser, documentation and commands need to know of it.
public struct ConfigurationKey: Sendable, Hashable {
    /// As it stands in files.
    public let name: String
    public let type: ConfigurationType
    public let standard: ConfigurationValue
    /// One sentence.
    public let summary: String
    /// Whether a reload applies it, or only a restart.
    public let isReloadable: Bool
    /// The flag that sets it, if there is one.
    public let flag: String?

    /// `SWIFTLET_RUN_ROOT` for `runRoot`.
    public var environmentVariable: String {
        var text = "SWIFTLET_"
        for character in name {
            if character.isUppercase { text += "_" }
            text += character.uppercased()
        }
        return text
    }

    /// For the table alone.
    init(
        _ name: String,
        _ type: ConfigurationType,
        _ standard: ConfigurationValue,
        flag: String? = nil,
        isReloadable: Bool = false,
        _ summary: String
    ) {
        self.name = name
        self.type = type
        self.standard = standard
        self.flag = flag
        self.isReloadable = isReloadable
        self.summary = summary
    }

    /// The key of a name in a file; nil where there is none.
    public static func named(_ name: String) -> ConfigurationKey? { all.first { $0.name == name } }

    public static func == (a: ConfigurationKey, b: ConfigurationKey) -> Bool { a.name == b.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
