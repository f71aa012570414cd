/// Where a file of the configuration may be.
public enum ConfigurationPlace: Sendable, Hashable {
    case file(String, isOptional: Bool)
    /// Its `*.yaml`, in the order of their names' bytes. Need not be there.
    case folder(String)
}

/// A flag that was given.
public struct ConfigurationFlag: Sendable, Hashable {
    public var key: ConfigurationKey
    public var text: String

    public init(_ key: ConfigurationKey, _ text: String) {
        self.key = key
        self.text = text
    }
}

/// Everything that settings come from, the weakest first: places, environment, flags.
public struct ConfigurationSources: Sendable {
    /// Names the one file to be read instead of the standard ones.
    public static let environmentVariable = "SWIFTLET_CONFIG"
    /// Stands for no file at all.
    public static let noFile = "/dev/null"

    public var places: [ConfigurationPlace]
    public var environment: [String: String]
    public var flags: [ConfigurationFlag]

    public init(places: [ConfigurationPlace], environment: [String: String] = [:], flags: [ConfigurationFlag] = []) {
        self.places = places
        self.environment = environment
        self.flags = flags
    }

    /// - Parameter file: what `--config` names; else the environment's `SWIFTLET_CONFIG`; else the standard files.
    public init(file: String?, environment: [String: String], flags: [ConfigurationFlag] = []) {
        let variable = environment[Self.environmentVariable].flatMap { $0.isEmpty ? nil : $0 }
        let places: [ConfigurationPlace] =
            switch file ?? variable {
            case Self.noFile: []
            case let file?: [.file(file, isOptional: false)]
            case nil: Self.standardPlaces()
            }
        self.init(places: places, environment: environment, flags: flags)
    }

    /// The vendor's files and those of the machine above them.
    ///
    /// - Parameter prefix: a root folder to look under.
    public static func standardPlaces(under prefix: String = "") -> [ConfigurationPlace] {
        ["/usr/lib/swiftlet", "/etc/swiftlet"].flatMap { folder -> [ConfigurationPlace] in
            [.file("\(prefix)\(folder)/config.yaml", isOptional: true), .folder("\(prefix)\(folder)/config.d")]
        }
    }

    /// Reads all of them. Whatever is wrong is told together; the settings are for use only where nothing is.
    public func load() throws(ConfigurationErrors) -> AgentSettings {
        var reader = ConfigurationReader()
        for place in places { reader.read(place) }
        reader.read(environment: environment)
        for flag in flags { reader.set(flag.key, to: flag.text, from: .flag(flag.key.flag ?? flag.key.name)) }
        let problems = reader.problems + Self.contradictions(in: reader.settings)
        guard problems.isEmpty else { throw ConfigurationErrors(problems) }
        return reader.settings
    }

    /// Values that are good alone and not together.
    private static func contradictions(in settings: AgentSettings) -> [ConfigurationProblem] {
        // As the kubelet refuses it.
        let hasty = settings.evictionSoft.keys.filter { settings.evictionSoftGracePeriod[$0] == nil }.sorted()
        return cgroupProblems(in: settings)
            + hasty.map { signal in
                ConfigurationProblem(
                    settings[.evictionSoft],
                    key: .evictionSoft,
                    "\(signal) needs a period in evictionSoftGracePeriod"
                )
            }
    }

    /// What `auto` comes to is known only on the machine.
    private static func cgroupProblems(in settings: AgentSettings) -> [ConfigurationProblem] {
        guard let parent = settings.cgroupParent else { return [] }
        let message: String
        switch settings.cgroupDriver {
        case .systemd where parent.hasPrefix("/"):
            message = "the systemd driver wants a slice's name, not \"\(parent)\""
        case .cgroupfs where !parent.hasPrefix("/"): message = "the cgroupfs driver wants a path, not \"\(parent)\""
        default: return []
        }
        return [ConfigurationProblem(settings[.cgroupParent], key: .cgroupParent, message)]
    }
}
