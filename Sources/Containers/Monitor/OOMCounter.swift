import Glibc
import Linux

/// Whether the kernel killed a process of a container for want of memory, asked when the container has ended.
public struct OOMCounter: Sendable, Hashable {
    /// The file that counts: `memory.events` (cgroup v2) or `memory.oom_control` (v1).
    let file: String
    /// Its count when the container was made: the cgroup may be shared.
    let before: Int
    /// The count of the slice around the container's scope at that time.
    let aroundBefore: Int

    init(file: String, before: Int, aroundBefore: Int = 0) {
        self.file = file
        self.before = before
        self.aroundBefore = aroundBefore
    }

    /// Finds the counter of a process's memory cgroup. A machine without the memory controller has none.
    init?(pid: Int32) {
        guard let file = OOMCounter.find(pid: pid) else { return nil }
        self.init(
            file: file,
            before: OOMCounter.count(in: file) ?? 0,
            aroundBefore: OOMCounter.around(file).flatMap(OOMCounter.count) ?? 0
        )
    }

    /// Whether the count has grown.
    ///
    /// systemd removes a scope as soon as its last process has ended, and may be there before us. The slice around it has
    /// counted too (the files of version 2 are hierarchical), if not for this container alone.
    func hasKilled(endedBySignal signal: Int32) -> Bool {
        if let count = OOMCounter.count(in: file) { return count > before }
        guard signal == SIGKILL, let around = OOMCounter.around(file).flatMap(OOMCounter.count) else { return false }
        return around > aroundBefore
    }

    /// The counter of the slice around the scope that a file lies in; nil outside of scopes.
    static func around(_ file: String) -> String? {
        let parts = file.split(separator: "/", omittingEmptySubsequences: false)
        guard let scope = parts.lastIndex(where: { $0.hasSuffix(".scope") }), scope > 0, let name = parts.last else {
            return nil
        }
        return (parts[..<scope] + [name]).joined(separator: "/")
    }

    private static func find(pid: Int32) -> String? {
        // No cgroup file, no counter: the container's end is told without it.
        guard let text = try? FileSystem.readText("/proc/\(pid)/cgroup") else { return nil }
        var unified: String?
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            // Where the controller is on version 1, version 2 does not count.
            if fields[1].split(separator: ",").contains("memory") {
                if let file = file(named: "memory.oom_control", at: String(fields[2]), type: "cgroup") { return file }
            } else if fields[0] == "0" {
                unified = String(fields[2])
            }
        }
        return unified.flatMap { file(named: "memory.events", at: $0, type: "cgroup2") }
    }

    /// A file of a group in the first mount of the hierarchy that shows it from its root; nil where there is none.
    private static func file(named name: String, at path: String, type: String) -> String? {
        var found: String?
        // As above.
        try? MountTable.scan { line in
            guard line.type == type, let mount = line.entry, mount.root == "/" else { return true }
            guard type == "cgroup2" || mount.superOptions.split(separator: ",").contains("memory") else { return true }
            let file = "\(mount.mountPoint)\(path)/\(name)"
            if FileSystem.exists(file) { found = file }
            return found == nil
        }
        return found
    }

    /// Nil where the cgroup is gone.
    private static func count(in file: String) -> Int? {
        guard let text = try? FileSystem.readText(file) else { return nil }
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            if fields.count == 2 && fields[0] == "oom_kill" { return Int(fields[1]) ?? 0 }
        }
        return 0
    }
}
