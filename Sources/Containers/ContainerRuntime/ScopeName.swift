import Cgroups

/// Where systemd's driver has a container's cgroup: `linux.cgroupsPath` as `slice:prefix:name`, the form that runc began and
/// that podman and cri-o use.
struct ScopeName: Sendable, Hashable {
    let slice: SliceName
    /// `libpod-<id>.scope`.
    let unit: String

    /// - Parameter path: empty for a scope of ours in `system.slice`. An empty slice means that one too.
    init(cgroupsPath path: String, id: String) throws(RuntimeError) {
        let parts = path.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard path.isEmpty || parts.count == 3 else {
            throw RuntimeError(
                .invalidConfiguration,
                "linux.cgroupsPath \"\(path)\" is not of the form slice:prefix:name that systemd's driver needs"
            )
        }
        let (slice, prefix, name) = path.isEmpty ? ("", "swiftlet", id) : (parts[0], parts[1], parts[2])
        self.slice = try cgroupStep("name the slice") { () throws(CgroupError) in
            try SliceName(slice.isEmpty ? "system.slice" : slice)
        }
        unit = (prefix.isEmpty ? name : "\(prefix)-\(name)") + ".scope"
        let isName = unit.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: ":-_.\\".utf8.contains(byte)
            }
        }
        guard !name.isEmpty, isName, unit.utf8.count <= 255 else {
            throw RuntimeError(
                .invalidConfiguration,
                "linux.cgroupsPath \"\(path)\" makes no name for a unit of systemd: \"\(unit)\""
            )
        }
    }

    /// The scope's own group, which is delegated to us.
    var path: String { "\(slice.path)/\(unit)" }
    /// The container's: the scope itself must have no process as soon as it hands controllers down.
    var containerPath: String { "\(path)/container" }
}
