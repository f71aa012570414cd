import UsageSpec

/// The result of `system.stats`: what the machine uses, pods or not.
public struct NodeStats: APIValue, Hashable {
    /// RFC 3339, when it was measured.
    public var time: String
    public var hostname: String
    /// When the machine was started.
    public var bootedAt: String
    public var usage: GroupUsage
    /// Processors, in billionths, beside `usage.cpu.nanocores`.
    public var capacityNanocores: Int64
    /// Means of 1, 5 and 15 minutes.
    public var load: [Double]
    public var network: [InterfaceUsage]
    /// The file systems of pods and of images.
    public var fileSystem: FileSystemUsage?
    public var imageFileSystem: FileSystemUsage?

    public init(time: String, hostname: String, bootedAt: String, usage: GroupUsage, capacityNanocores: Int64) {
        self.time = time
        self.hostname = hostname
        self.bootedAt = bootedAt
        self.usage = usage
        self.capacityNanocores = capacityNanocores
        load = []
        network = []
    }

    public static let schema = Schema.named(
        "NodeStats",
        .object([
            .required("time", .time, "When it was measured."), .required("hostname", .string, "The host's name."),
            .required("bootedAt", .time, "When the machine was started."),
            .required("usage", GroupUsage.schema, "What it uses."),
            .required("capacityNanocores", .count, "Its processors, in billionths."),
            .required("load", .array(of: .number), "Means of 1, 5 and 15 minutes."),
            .required("network", .array(of: InterfaceUsage.schema), "Its interfaces."),
            .optional("fileSystem", FileSystemUsage.schema, "The file system of pods."),
            .optional("imageFileSystem", FileSystemUsage.schema, "The file system of images."),
        ])
    )
}
