import AgentConfiguration
import Cgroups
import Systemd

extension CgroupDriver {
    /// What `auto` comes to on this machine; a driver that was named and cannot work here is an error.
    func resolved(_ layout: CgroupLayout) throws(CgroupDriverError) -> CgroupDriver {
        switch self {
        case .cgroupfs: return .cgroupfs
        case .auto: return ServiceManager.isSystemBooted && layout.mode == .v2 ? .systemd : .cgroupfs
        case .systemd:
            guard ServiceManager.isSystemBooted else { throw .noSystemd }
            guard layout.mode == .v2 else { throw .notUnified(layout.mode) }
            return .systemd
        }
    }

    /// Where pods have their cgroups unless somebody says otherwise.
    var defaultParent: String { self == .systemd ? "swiftlet.slice" : "/swiftlet" }
}

/// A cgroup driver that cannot do its work as it was asked.
enum CgroupDriverError: Error, CustomStringConvertible {
    case noSystemd
    case notUnified(CgroupLayout.Mode)
    case parent(String, wanted: String)

    var description: String {
        switch self {
        case .noSystemd: "the systemd cgroup driver needs systemd as the machine's init"
        case .notUnified(let mode):
            "the systemd cgroup driver needs cgroup v2; this machine has \(mode.rawValue): use the cgroupfs driver"
        case .parent(let parent, let wanted): "the cgroup parent \"\(parent)\" is not \(wanted)"
        }
    }
}
