import Glibc
import Linux
import OCISpec

/// `linux.intelRdt`: a container's share of caches and memory bandwidth, a folder of the resctrl file system
/// (runtime-spec, "IntelRdt").
struct ResctrlGroup: Sendable {
    /// The group of the container's class.
    let directory: String
    /// Whether the class is the container's own: then it is made, and goes with it.
    private let isOwn: Bool
    private let schemata: [String]
    private let monitoring: String?

    /// Nil where nothing is asked for.
    init?(_ given: RuntimeSpec.Linux.IntelRdt?, id: String) throws(RuntimeError) {
        guard let given else { return nil }
        guard let root = Self.mountPoint else {
            throw RuntimeError(.unsupported, "linux.intelRdt: this machine has no resctrl file system mounted")
        }
        let name = given.closID.flatMap { $0.isEmpty ? nil : $0 } ?? id
        guard !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(0), name != ".", name != ".." else {
            throw RuntimeError(.invalidConfiguration, "linux.intelRdt.closID \"\(name)\" is no name of a folder")
        }
        let lines = [given.l3CacheSchema, given.memBwSchema].compactMap(\.self).filter { !$0.isEmpty } + (given.schemata ?? [])
        if let wrong = lines.first(where: { $0.utf8.contains(0) || !$0.utf8.contains(UInt8(ascii: ":")) }) {
            throw RuntimeError(.invalidConfiguration, "linux.intelRdt: \"\(wrong)\" is no schema")
        }
        directory = "\(root)/\(name)"
        isOwn = given.closID?.isEmpty != false
        schemata = lines
        monitoring = given.enableMonitoring == true ? "\(directory)/mon_groups/\(id)" : nil
        // A class of somebody's must be there, unless this configuration says how to make it.
        if !isOwn, lines.isEmpty, !FileSystem.exists(directory) {
            throw RuntimeError(.invalidConfiguration, "linux.intelRdt.closID: there is no class \"\(name)\"")
        }
    }

    static var mountPoint: String? {
        // Without the list of mounts there is none to find.
        (try? MountTable.read { $0.type == "resctrl" })?.first?.mountPoint
    }

    /// Makes the class and its monitoring group, and puts the container's process into them.
    func add(_ pid: pid_t) throws(RuntimeError) {
        try step("set the share of caches and memory bandwidth") { () throws(SystemError) in
            for folder in [directory, monitoring].compactMap(\.self) {
                if mkdir(folder, 0o755) == -1 && errno != EEXIST { throw SystemError.last("mkdir", folder) }
            }
            for line in schemata { try FileSystem.writeKernelFile("\(directory)/schemata", line + "\n") }
            try FileSystem.writeKernelFile("\(directory)/tasks", "\(pid)")
            if let monitoring { try FileSystem.writeKernelFile("\(monitoring)/tasks", "\(pid)") }
        }
    }

    /// The folders that go with the container.
    var ownDirectories: [String] { isOwn ? [directory] : monitoring.map { [$0] } ?? [] }
}
