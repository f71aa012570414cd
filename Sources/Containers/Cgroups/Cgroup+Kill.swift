import Glibc
import Linux

extension Cgroup {
    /// Kills every process of the group and of those below it, and waits until none is left or `seconds` have passed.
    ///
    /// With `cgroup.kill` (Linux 5.14, also on a hybrid machine's version 2 hierarchy) no fork can escape. Without it the
    /// group is frozen first.
    public func killAll(seconds: Int64 = 10) throws(CgroupError) {
        if let directory = unified, try killAtOnce(directory.path, seconds: seconds) { return }
        try killEach(seconds: seconds)
    }

    /// Kills through `cgroup.kill`; false where that is not possible or left somebody alive.
    private func killAtOnce(_ path: String, seconds: Int64) throws(CgroupError) -> Bool {
        do throws(SystemError) { try FileSystem.writeKernelFile(path + "/cgroup.kill", "1") } catch {
            // No such file or group, or a threaded group: the slow way.
            guard [ENOENT, ENODEV, EOPNOTSUPP].contains(error.errno) else { throw .system(error) }
            return false
        }
        // What version 1 has frozen does not die of SIGKILL before it is thawed.
        if directory(of: "freezer") != nil { _ = try thawIfFrozen() }
        return try waitForEvent("populated", "0", in: path, seconds: seconds)
    }

    private func thawIfFrozen() throws(CgroupError) -> Bool {
        do throws(CgroupError) {
            guard try isFrozen() else { return false }
            try setFrozen(false)
            return true
        } catch .system(let error) where error.errno == ENOENT {
            return false
        }
    }

    private func killEach(seconds: Int64) throws(CgroupError) {
        let deadline = Monotonic.now.nanoseconds + seconds * 1_000_000_000
        while true {
            let left = try processes()
            if left.isEmpty { return }
            for pid in left {
                do throws(SystemError) {
                    let process = try ProcessHandle(pid: pid)
                    try process.signal(SIGKILL)
                } catch  where error.errno == ESRCH {} catch { throw .system(error) }
            }
            _ = try thawIfFrozen()
            for pid in left {
                let milliseconds = (deadline - Monotonic.now.nanoseconds) / 1_000_000
                if milliseconds <= 0 { throw .busy(path: path, processes: left) }
                try Self.waitForEnd(of: pid, milliseconds: Int32(milliseconds))
            }
        }
    }

    /// Waits for a process's end by its pidfd, reaped or not.
    static func waitForEnd(of pid: pid_t, milliseconds: Int32) throws(CgroupError) {
        do throws(SystemError) {
            let process = try ProcessHandle(pid: pid)
            var interest = pollfd(fd: process.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
            poll(&interest, 1, milliseconds)
        } catch  where error.errno == ESRCH {} catch { throw .system(error) }
    }
}
