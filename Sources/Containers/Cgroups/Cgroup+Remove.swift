import Glibc
import Linux

extension Cgroup {
    /// Removes the group and those below it from every hierarchy; those above stay. One that is not there is no error.
    ///
    /// Processes that are still in it are an error (`busy`), except that ones which are just ending are waited for.
    public func remove() throws(CgroupError) {
        var first: CgroupError?
        let deadline = Monotonic.now.nanoseconds + 2_000_000_000
        for directory in directories {
            do throws(CgroupError) {
                try removeTree(directory.path, until: deadline)
            } catch {
                first = first ?? error
            }
        }
        if let first { throw first }
    }

    /// Kills whatever runs in the group or below it and removes all of it: the end of a pod's group.
    public func removeTree() throws(CgroupError) {
        guard exists else { return }
        try killAll()
        try remove()
    }

    private func removeTree(_ path: String, until deadline: Int64) throws(CgroupError) {
        // Nearly always there is nothing below and nobody in it.
        if rmdir(path) == 0 || errno == ENOENT { return }
        for child in try Self.children(of: path) {
            try removeTree("\(path)/\(child)", until: deadline)
        }
        // A group stays busy until its last process has passed a point late in its exit: wait for those that are listed,
        // a few rounds long, because the list may be empty already when the group is not.
        for round in 0..<8 {
            if rmdir(path) == 0 || errno == ENOENT { return }
            let error = SystemError.last("rmdir", path)
            guard error.errno == EBUSY else { throw .system(error) }
            for pid in try listed(path) {
                let left = Int32(clamping: (deadline - Monotonic.now.nanoseconds) / 1_000_000)
                if left > 0 { try Self.waitForEnd(of: pid, milliseconds: left) }
            }
            if Monotonic.now.nanoseconds >= deadline { break }
            if round > 0 { poll(nil, 0, Int32(1 << round)) }
        }
        if rmdir(path) == 0 || errno == ENOENT { return }
        throw .busy(path: path, processes: try listed(path))
    }

    private func listed(_ path: String) throws(CgroupError) -> [pid_t] {
        do throws(SystemError) {
            return try FileSystem.readText(path + "/cgroup.procs").split(separator: "\n").compactMap { pid_t($0) }
        } catch  where error.errno == ENOENT || error.errno == ENODEV { return [] } catch { throw .system(error) }
    }
}
