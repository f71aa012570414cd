extension MonitorClient.Launch {
    /// What the entries of a container in the journal say about it beside its name and its id.
    public struct Journal: Sendable, Hashable {
        public struct Label: Sendable, Hashable {
            /// A field's name: upper-case letters, digits and underscores, a letter first.
            public var name: String
            public var value: String

            public init(_ name: String, _ value: String) {
                self.name = name
                self.value = value
            }
        }

        /// What `journalctl` shows in front of a line.
        public var tag: String
        public var labels: [Label]

        public init(tag: String, labels: [Label]) {
            self.tag = tag
            self.labels = labels
        }

        /// The monitor's flags for it. The log's file is written all the same.
        var arguments: [String] {
            ["--log-path", "journald:", "--log-tag", tag]
                + labels.flatMap { ["--log-label", "\($0.name)=\($0.value)"] }
        }
    }
}
