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
        guard let text = try? FileSystem.readText("/proc/\(pid)/cgroup"),
            let mounts = try? FileSystem.readText("/proc/self/mountinfo")
        else { return nil }
        var paths: [(hierarchy: String, path: String)] = []
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            if fields[1].split(separator: ",").contains("memory") {
                paths.insert((hierarchy: "memory", path: String(fields[2])), at: 0)
            } else if fields[0] == "0" {
                paths.append((hierarchy: "unified", path: String(fields[2])))
            }
        }
        for (hierarchy, path) in paths {
            for line in mounts.split(separator: "\n") {
                guard let mountPoint = mountPoint(of: hierarchy, in: line) else { continue }
                let file = mountPoint + path + (hierarchy == "memory" ? "/memory.oom_control" : "/memory.events")
                if FileSystem.exists(file) { return file }
            }
        }
        return nil
    }

    /// The mount point of a mountinfo line, if it is the hierarchy and shows it from its root.
    private static func mountPoint(of hierarchy: String, in line: Substring) -> String? {
        // 36 35 98:0 /root /mount/point options optional… - type source super-options
        let fields = line.split(separator: " ")
        guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count >= dash + 4, fields[3] == "/" else {
            return nil
        }
        let isWanted =
            hierarchy == "unified"
            ? fields[dash + 1] == "cgroup2"
            : fields[dash + 1] == "cgroup" && fields[dash + 3].split(separator: ",").contains("memory")
        return isWanted ? String(fields[4]) : nil
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
