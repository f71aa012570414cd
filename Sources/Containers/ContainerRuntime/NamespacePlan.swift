import CLinux
import Glibc
import Linux
import OCISpec

/// Which namespaces a container gets, and how: with clone3(2), by joining, or later in the child.
struct NamespacePlan: Sendable {
    private let wanted: [RuntimeSpec.Linux.Namespace]

    init(_ linux: RuntimeSpec.Linux?) throws(RuntimeError) {
        wanted = linux?.namespaces ?? []
        if wanted.contains(where: { $0.type == .mount && Self.isPath($0.path) }) {
            throw RuntimeError(.unsupported, "linux.namespaces: joining a mount namespace is not supported")
        }
        if let linux, linux.timeOffsets != nil, !makes(.time) {
            throw RuntimeError(.invalidConfiguration, "linux.timeOffsets needs a new time namespace")
        }
    }

    private static func isPath(_ path: String?) -> Bool { path?.isEmpty == false }

    var kinds: [RuntimeSpec.Linux.Namespace.Kind] { wanted.map(\.type) }

    var hasUserNamespace: Bool { wanted.contains { $0.type == .user } }

    func makes(_ kind: RuntimeSpec.Linux.Namespace.Kind) -> Bool {
        wanted.contains { $0.type == kind && !Self.isPath($0.path) }
    }

    /// The user namespace to join; nil for a new one, or none.
    var userNamespacePath: String? { path(of: .user) }

    /// The flags for clone3(2). A user namespace is there before: the process that clones is in it. A cgroup namespace takes the cgroup that its maker is in for its root, a time namespace
    /// wants its offsets first: both are made by the child.
    var cloneFlags: UInt64 {
        wanted.reduce(0) { flags, namespace in
            guard !Self.isPath(namespace.path), ![.cgroup, .time, .user].contains(namespace.type) else { return flags }
            return flags | UInt64(UInt32(bitPattern: namespace.type.linuxKind.cloneFlag))
        }
    }

    /// The PID namespace to join. Only children enter it, so that the parent has to.
    var pidNamespacePath: String? { path(of: .pid) }

    private func path(of kind: RuntimeSpec.Linux.Namespace.Kind) -> String? {
        wanted.first { $0.type == kind }?.path.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Joins what is joined by the process itself.
    ///
    /// - Parameter pid: also the PID namespace, for the children of the process.
    func join(pid: Bool = false) throws(RuntimeError) {
        for namespace in wanted where namespace.type != .user && (pid || namespace.type != .pid) {
            guard let path = namespace.path, !path.isEmpty else { continue }
            try step("join the \(namespace.type.rawValue) namespace \(path)") { () throws(SystemError) in
                try Namespace.enter(try Descriptor.open(path, O_RDONLY), kind: namespace.type.linuxKind)
            }
        }
    }

    /// Makes the time namespace and enters it. By itself the process would enter it when it executes its program only
    /// since Linux 6.3.
    func makeTimeNamespace(_ offsets: RuntimeSpec.Linux.TimeOffsets?) throws(RuntimeError) {
        guard makes(.time) else { return }
        try step("make the time namespace") { () throws(SystemError) in
            try Namespace.unshare([.time])
            var lines = ""
            for (clock, offset) in [("monotonic", offsets?.monotonic), ("boottime", offsets?.boottime)] {
                if let offset { lines += "\(clock) \(offset.secs ?? 0) \(offset.nanosecs ?? 0)\n" }
            }
            if !lines.isEmpty { try ProcessFiles.write("timens_offsets", lines) }
            let made = try Descriptor.open("/proc/self/ns/time_for_children", O_RDONLY)
            try Namespace.enter(made, kind: .time)
        }
    }
}

extension RuntimeSpec.Linux.Namespace.Kind {
    var linuxKind: NamespaceKind {
        switch self {
        case .mount: .mount
        case .pid: .pid
        case .network: .network
        case .uts: .uts
        case .ipc: .ipc
        case .user: .user
        case .cgroup: .cgroup
        case .time: .time
        }
    }
}
