/// The result of `system.df`.
public struct DiskUsageReport: APIValue, Hashable {
    /// Things of one sort.
    public struct Item: APIValue, Hashable {
        public enum Sort: String, Codable, Sendable, CaseIterable {
            /// Blobs: manifests, configurations, compressed layers.
            case images
            /// Unpacked layers.
            case layers
            /// What containers have written into their root file systems, and volumes that go with their pods.
            case pods
            /// Folders of claims.
            case volumes
            case logs
        }

        public var sort: Sort
        public var count: Int
        /// How many of them are in use.
        public var active: Int
        public var bytes: Int64
        /// What would be free if everything that nothing uses were removed.
        public var reclaimable: Int64

        public init(_ sort: Sort, count: Int, active: Int, bytes: Int64, reclaimable: Int64) {
            self.sort = sort
            self.count = count
            self.active = active
            self.bytes = bytes
            self.reclaimable = reclaimable
        }

        public static let schema = Schema.named(
            "DiskUsageReport.Item",
            .object([
                .required("sort", .choice(Sort.allCases.map(\.rawValue)), "What is counted."),
                .required("count", .count, "How many there are."),
                .required("active", .count, "How many of them are in use."),
                .required("bytes", .count, "What they take up."),
                .required("reclaimable", .count, "What nothing uses."),
            ])
        )
    }

    public var items: [Item]

    public init(items: [Item]) {
        self.items = items
    }

    public static let schema = Schema.named(
        "DiskUsageReport",
        .object([.required("items", .array(of: Item.schema), "A row for each sort of things.")])
    )
}
