import Logging

/// The settings that count: each key's value and where it comes from.
public struct AgentSettings: Sendable, Hashable {
    public struct Setting: Sendable, Hashable {
        public var value: ConfigurationValue
        public var origin: ConfigurationOrigin
    }

    private var settings: [ConfigurationKey: Setting] = [:]

    /// The defaults.
    public init() {}

    /// Sets a key over whatever it had. Its type has read the value.
    mutating func set(_ key: ConfigurationKey, to value: ConfigurationValue, from origin: ConfigurationOrigin) {
        settings[key] = Setting(value: value, origin: origin)
    }

    /// Takes one key's setting of other settings.
    public mutating func take(_ key: ConfigurationKey, from other: AgentSettings) {
        settings[key] = other.settings[key]
    }

    public subscript(key: ConfigurationKey) -> Setting {
        settings[key] ?? Setting(value: key.standard, origin: .standard)
    }

    /// The keys whose values are not the same in both.
    public func differences(from other: AgentSettings) -> [ConfigurationKey] {
        ConfigurationKey.all.filter { self[$0].value != other[$0].value }
    }
}

/// The values in the types of those who use them.
extension AgentSettings {
    public var manifests: String { text(.manifests) }
    public var netconf: String { text(.netconf) }
    public var root: String { text(.root) }
    public var runRoot: String { text(.runRoot) }
    public var logRoot: String { text(.logRoot) }
    /// Nil: beside `swiftlet`.
    public var helpers: String? { optionalText(.helpers) }
    public var backoffBase: Duration { duration(.backoffBase) }
    /// Nil: the cgroup driver's own.
    public var cgroupParent: String? { optionalText(.cgroupParent) }
    public var shutdownGracePeriod: Duration { duration(.shutdownGracePeriod) }
    public var shutdownGracePeriodCriticalPods: Duration { duration(.shutdownGracePeriodCriticalPods) }
    /// Bytes.
    public var containerLogMaxSize: Int64 { number(.containerLogMaxSize) }
    public var containerLogMaxFiles: Int64 { number(.containerLogMaxFiles) }
    public var containerLogCompress: Bool { boolean(.containerLogCompress) }
    /// Nil: nobody waits for room.
    public var containerLogBlockLimit: Duration? {
        text(.containerLogFullDisk) == FullDiskBehavior.block.rawValue ? duration(.containerLogBlockLimit) : nil
    }
    public var imageGCHighThresholdPercent: Int64 { number(.imageGCHighThresholdPercent) }
    public var imageGCLowThresholdPercent: Int64 { number(.imageGCLowThresholdPercent) }
    public var imageMinimumGCAge: Duration { duration(.imageMinimumGCAge) }
    /// Zero: however old.
    public var imageMaximumGCAge: Duration { duration(.imageMaximumGCAge) }
    /// By the names of signals.
    public var evictionHard: [String: String] { table(.evictionHard) }
    public var evictionSoft: [String: String] { table(.evictionSoft) }
    public var evictionSoftGracePeriod: [String: Duration] {
        // The table's type has read them.
        table(.evictionSoftGracePeriod).compactMapValues(ConfigurationDuration.parse)
    }
    public var evictionMaxPodGracePeriod: Duration { .seconds(number(.evictionMaxPodGracePeriod)) }
    public var evictionMinimumReclaim: [String: String] { table(.evictionMinimumReclaim) }
    public var evictionPressureTransitionPeriod: Duration { duration(.evictionPressureTransitionPeriod) }
    public var maximumDeadContainersPerContainer: Int64 { number(.maximumDeadContainersPerContainer) }
    /// Nil: no limit.
    public var maximumDeadContainers: Int64? { optionalNumber(.maximumDeadContainers) }
    public var minimumContainerTTL: Duration { duration(.minimumContainerTTL) }
    public var logLevel: Logger.Level { choice(.logLevel) }
    public var cgroupDriver: CgroupDriver { choice(.cgroupDriver) }
    public var swapBehavior: SwapBehavior { choice(.swapBehavior) }
    public var memoryQoS: Bool { boolean(.memoryQoS) }
    /// Nil: no limit.
    public var podPidsLimit: Int64? { optionalNumber(.podPidsLimit) }

    public var insecureRegistries: [String] { list(.insecureRegistries) }
    /// Nil: the machine's.
    public var signaturePolicy: String? { optionalText(.signaturePolicy) }
    public var allowedUnsafeSysctls: [String] { list(.allowedUnsafeSysctls) }
    public var cniPluginFolders: [String] { list(.cniPluginFolders) }
    /// Programs by the names of their handlers.
    public var runtimes: [String: String] { table(.runtimes) }

    /// First and count of the ids of pods with users of their own; nil: the agent finds out by itself.
    public var podIDs: (first: UInt32, count: UInt32)? {
        switch self[.podIDs].value {
        case .absent: return nil
        case .text(let text):
            let parts = text.split(separator: ":").compactMap { UInt32($0) }
            if parts.count == 2 { return (parts[0], parts[1]) }
        default: break
        }
        Self.mismatch(.podIDs)
    }

    public var journalContainers: Bool { boolean(.journalContainers) }

    private func boolean(_ key: ConfigurationKey) -> Bool {
        guard case .boolean(let value) = self[key].value else { Self.mismatch(key) }
        return value
    }

    private func list(_ key: ConfigurationKey) -> [String] {
        guard case .list(let value) = self[key].value else { Self.mismatch(key) }
        return value
    }

    func table(_ key: ConfigurationKey) -> [String: String] {
        guard case .table(let value) = self[key].value else { Self.mismatch(key) }
        return value
    }

    private func text(_ key: ConfigurationKey) -> String {
        guard let text = optionalText(key) else { Self.mismatch(key) }
        return text
    }

    func optionalText(_ key: ConfigurationKey) -> String? {
        switch self[key].value {
        case .text(let value): value
        case .absent: nil
        default: Self.mismatch(key)
        }
    }

    func number(_ key: ConfigurationKey) -> Int64 {
        switch self[key].value {
        case .number(let value), .bytes(let value): value
        default: Self.mismatch(key)
        }
    }

    private func optionalNumber(_ key: ConfigurationKey) -> Int64? {
        switch self[key].value {
        case .number(let value): value
        case .absent: nil
        default: Self.mismatch(key)
        }
    }

    func duration(_ key: ConfigurationKey) -> Duration {
        guard case .duration(let value) = self[key].value else { Self.mismatch(key) }
        return value
    }

    private func choice<Choice: RawRepresentable<String>>(_ key: ConfigurationKey) -> Choice {
        guard let choice = Choice(rawValue: text(key)) else { Self.mismatch(key) }
        return choice
    }

    /// The table's types made every value: one of another type is a fault of the table.
    private static func mismatch(_ key: ConfigurationKey) -> Never {
        preconditionFailure("the table of keys and its readers disagree on \(key.name)")
    }
}
