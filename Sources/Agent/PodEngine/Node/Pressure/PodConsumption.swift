import PodSpec

/// What a pod uses of the machine, by container and volume. Figures that were not asked for, or that nobody counts, are 0.
package struct PodConsumption: Sendable, Hashable {
    package struct Container: Sendable, Hashable {
        /// Bytes that could not go at once.
        package var memory: Int64 = 0
        package var processes: Int64 = 0
        /// What it has written into its own files and to its log.
        package var disk = DiskConsumption()

        package init() {}
    }

    package var containers: [String: Container] = [:]
    /// Of `emptyDir` volumes on the disk, by name.
    package var volumes: [String: DiskConsumption] = [:]

    package init() {}

    package func total(_ resource: EvictionSignal.Resource) -> Int64 {
        let own = containers.values.reduce(Int64(0)) { $0.addingClamped($1.amount(resource)) }
        return volumes.values.reduce(own) { $0.addingClamped($1.amount(resource)) }
    }
}

/// What files take up.
package struct DiskConsumption: Sendable, Hashable {
    package var bytes: Int64 = 0
    package var inodes: Int64 = 0

    package init(bytes: Int64 = 0, inodes: Int64 = 0) {
        self.bytes = bytes
        self.inodes = inodes
    }

    package func amount(_ resource: EvictionSignal.Resource) -> Int64 {
        switch resource {
        case .storage: bytes
        case .inodes: inodes
        case .memory, .processes: 0
        }
    }

    package static func + (a: DiskConsumption, b: DiskConsumption) -> DiskConsumption {
        DiskConsumption(bytes: a.bytes.addingClamped(b.bytes), inodes: a.inodes.addingClamped(b.inodes))
    }
}

extension PodConsumption.Container {
    package func amount(_ resource: EvictionSignal.Resource) -> Int64 {
        switch resource {
        case .memory: memory
        case .processes: processes
        case .storage, .inodes: disk.amount(resource)
        }
    }
}
