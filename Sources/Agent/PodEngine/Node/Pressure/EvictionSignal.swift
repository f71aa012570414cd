/// A figure of the machine by which pods are evicted, under the kubelet's name.
public enum EvictionSignal: String, Sendable, Hashable, CaseIterable {
    case memoryAvailable = "memory.available"
    case nodeStorageAvailable = "nodefs.available"
    case nodeInodesFree = "nodefs.inodesFree"
    case imageStorageAvailable = "imagefs.available"
    case imageInodesFree = "imagefs.inodesFree"
    case processesAvailable = "pid.available"

    /// What there is too little of.
    public enum Resource: String, Sendable, Hashable {
        case memory
        case storage = "ephemeral-storage"
        case inodes
        case processes = "pids"
    }

    package var resource: Resource {
        switch self {
        case .memoryAvailable: .memory
        case .nodeStorageAvailable, .imageStorageAvailable: .storage
        case .nodeInodesFree, .imageInodesFree: .inodes
        case .processesAvailable: .processes
        }
    }

    package var condition: NodeCondition.Kind {
        switch resource {
        case .memory: .memoryPressure
        case .storage, .inodes: .diskPressure
        case .processes: .processPressure
        }
    }
}

/// A condition of the machine, as a Node of Kubernetes has it.
public struct NodeCondition: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case memoryPressure = "MemoryPressure"
        case diskPressure = "DiskPressure"
        case processPressure = "PIDPressure"
    }

    public var kind: Kind
    public var isTrue: Bool
}
