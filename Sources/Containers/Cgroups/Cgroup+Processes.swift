import Glibc
import Linux

extension Cgroup {
    /// Moves the calling process, which has one thread, into the group. On version 2 a process that was born in it
    /// (`CLONE_INTO_CGROUP`) is there already: `skippingUnified`.
    ///
    /// On version 1 it is the thread that moves, by `tasks`: a thread that moves itself needs no lock on all processes of
    /// the machine, and so does not wait for an RCU grace period of some milliseconds as through `cgroup.procs`.
    public func join(skippingUnified: Bool = false) throws(CgroupError) {
        for directory in directories where !(skippingUnified && directory.isUnified) {
            try system { () throws(SystemError) in
                try FileSystem.writeKernelFile(
                    directory.path + (directory.isUnified ? "/cgroup.procs" : "/tasks"),
                    "0"
                )
            }
        }
    }

    /// Moves a process into the group.
    public func add(_ pid: pid_t, skippingUnified: Bool = false) throws(CgroupError) {
        try move("\(pid)", skippingUnified: skippingUnified)
    }

    private func move(_ pid: String, skippingUnified: Bool) throws(CgroupError) {
        for directory in directories where !(skippingUnified && directory.isUnified) {
            try system { () throws(SystemError) in
                try FileSystem.writeKernelFile(directory.path + "/cgroup.procs", pid)
            }
        }
    }

    /// The processes in the group and below it, each once.
    public func processes() throws(CgroupError) -> [pid_t] {
        guard let directory = unified ?? directory(of: "pids") ?? directories.first else { return [] }
        var found: [pid_t] = []
        try collect(directory.path, into: &found)
        return Array(Set(found)).sorted()
    }

    private func collect(_ path: String, into found: inout [pid_t]) throws(CgroupError) {
        do throws(SystemError) {
            for line in try FileSystem.readText(path + "/cgroup.procs").split(separator: "\n") {
                if let pid = pid_t(line) { found.append(pid) }
            }
        } catch {
            // ENODEV: the group went while it was read. EOPNOTSUPP: a threaded group, whose processes its domain lists.
            if error.errno == ENOENT || error.errno == ENODEV || error.errno == EOPNOTSUPP { return }
            throw .system(error)
        }
        for child in try Self.children(of: path) { try collect("\(path)/\(child)", into: &found) }
    }

    /// The folder on version 2 of that group, this one or one below it, which a process is in; nil where it is in none.
    public func unifiedFolder(of pid: pid_t) throws(SystemError) -> String? {
        guard let unified else { return nil }
        var waiting = [unified.path]
        while let path = waiting.popLast() {
            do throws(SystemError) {
                let processes = try FileSystem.readText(path + "/cgroup.procs").split(separator: "\n")
                if processes.contains(where: { pid_t($0) == pid }) { return path }
                waiting += try FileSystem.list(path).map { "\(path)/\($0)" }.filter { child in
                    // What went meanwhile holds nobody.
                    (try? FileSystem.linkStatus(child).kind) == .directory
                }
            } catch  where error.errno == ENOENT || error.errno == ENODEV || error.errno == EOPNOTSUPP {}
        }
        return nil
    }

    static func children(of path: String) throws(CgroupError) -> [String] {
        // A group is a folder, everything else in it a file: link count 2 and a folder each tells without a look inside.
        do throws(SystemError) {
            if try FileSystem.status(path).linkCount <= 2 { return [] }
            return try FileSystem.list(path).filter { name in
                // An entry that went meanwhile is no child any more.
                (try? FileSystem.linkStatus("\(path)/\(name)").kind) == .directory
            }
        } catch {
            if error.errno == ENOENT || error.errno == ENODEV { return [] }
            throw .system(error)
        }
    }

    /// Stops or continues every process of the group, without any of them noticing.
    public func setFrozen(_ frozen: Bool) throws(CgroupError) {
        if let directory = directory(of: "freezer") {
            let file = directory.path + "/freezer.state"
            let wanted = frozen ? "FROZEN" : "THAWED"
            // Freezing is finished by reading the state; a process that is just being forked needs another round, and each of
            // them has to be scheduled before it can stand still. The kernel says nothing when that is so.
            let begun = Monotonic.now
            var rounds = 0
            while Monotonic.now.since(begun) < .seconds(5) {
                let state = try system { () throws(SystemError) in
                    try FileSystem.writeKernelFile(file, wanted)
                    return try FileSystem.readText(file)
                }
                if state == wanted { return }
                rounds += 1
                if rounds < 100 { sched_yield() } else { poll(nil, 0, 1) }
            }
            throw .system(SystemError(call: "freeze", errno: EBUSY, subject: file))
        }
        guard let directory = unified else { throw .noController("freezer") }
        try system { () throws(SystemError) in
            try FileSystem.writeKernelFile(directory.path + "/cgroup.freeze", frozen ? "1" : "0")
        }
        let settled = try waitForEvent("frozen", frozen ? "1" : "0", in: directory.path, seconds: 5)
        if !settled { throw .system(SystemError(call: "freeze", errno: EBUSY, subject: directory.path)) }
    }

    /// Whether the group is frozen.
    public func isFrozen() throws(CgroupError) -> Bool {
        if let directory = directory(of: "freezer") {
            return try system { () throws(SystemError) in
                try FileSystem.readText(directory.path + "/freezer.state") != "THAWED"
            }
        }
        guard let directory = unified else { return false }
        return try system { () throws(SystemError) in
            try FileSystem.readText(directory.path + "/cgroup.events").split(separator: "\n").contains("frozen 1")
        }
    }

    /// Waits until `cgroup.events` has a value; the kernel signals each change by POLLPRI.
    func waitForEvent(_ key: String, _ value: String, in path: String, seconds: Int64) throws(CgroupError) -> Bool {
        let deadline = Monotonic.now.nanoseconds + seconds * 1_000_000_000
        do throws(SystemError) {
            let events = try Descriptor.open(path + "/cgroup.events", O_RDONLY)
            while true {
                lseek(events.rawValue, 0, SEEK_SET)
                let text = String(decoding: try events.readToEnd(), as: UTF8.self)
                if text.split(separator: "\n").contains(where: { $0 == "\(key) \(value)" }) { return true }
                let left = (deadline - Monotonic.now.nanoseconds) / 1_000_000
                if left <= 0 { return false }
                var interest = pollfd(fd: events.rawValue, events: Int16(POLLPRI), revents: 0)
                poll(&interest, 1, Int32(left))
            }
        } catch {
            // A group that is gone has no processes; nothing else is waited for then.
            if error.errno == ENOENT || error.errno == ENODEV { return true }
            throw .system(error)
        }
    }
}
