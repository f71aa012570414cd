/// Who makes cgroups: we, in the file system, or systemd, which is asked for slices and scopes.
public enum CgroupDriver: String, Sendable, CaseIterable {
    /// systemd's where it is the machine's init and all controllers are on cgroup v2.
    case auto
    case cgroupfs
    case systemd
}
