import Glibc
import Linux
import OCISpec

extension Cgroup {
    /// Makes the group, and those above it that are missing, in every hierarchy and applies the limits. A group that is
    /// there already is taken over.
    ///
    /// On version 2 the controllers are switched on from the root down: all of them on a pure version 2 machine, on a
    /// hybrid one only those that `resources` needs.
    ///
    /// - Returns: what could not be applied and need not stop a container.
    @discardableResult
    public func create(resources: RuntimeSpec.Linux.Resources? = nil) throws(CgroupError) -> [String] {
        let needed = resources.map(Self.controllers(neededBy:)) ?? []
        for controller in needed where directory(of: controller) == nil { throw .noController(controller) }
        for directory in directories {
            try make(directory)
            if directory.isUnified {
                let wanted =
                    directories.count == 1 ? directory.controllers : needed.filter(directory.controllers.contains)
                try enable(wanted, above: directory)
            }
        }
        guard let resources else { return [] }
        return try apply(resources)
    }

    /// Makes the group without handing a controller down to it: for processes that are to be found in it, not limited.
    public func createForTracking() throws(CgroupError) {
        for directory in directories { try make(directory) }
    }

    private func make(_ directory: Directory) throws(CgroupError) {
        let isCpuset = directory.controllers.contains("cpuset") && !directory.isUnified
        // Somebody who tidies up may remove a parent that is still empty; then it is made once more.
        for _ in 0..<8 {
            // The common case is one missing component: the parent is a pod's group that is there.
            if mkdir(directory.path, 0o755) == 0 || errno == EEXIST {
                if isCpuset { try inheritCpuset(directory.path, below: directory.mountPoint) }
                return
            }
            guard errno == ENOENT else { break }
            var path = directory.mountPoint
            for component in directory.path.dropFirst(path.count).split(separator: "/").dropLast() {
                path += "/" + component
                if mkdir(path, 0o755) == -1 {
                    if errno == ENOENT { break }
                    if errno != EEXIST { throw .system(SystemError.last("mkdir", path)) }
                }
                if isCpuset { try inheritCpuset(path, below: directory.mountPoint) }
            }
        }
        throw .system(SystemError.last("mkdir", directory.path))
    }

    /// A new cpuset of version 1 has no processors and no memory, and takes no process before it has some (ENOSPC). Nor has
    /// one above it whose maker was killed between making and filling it: that one is filled first.
    private func inheritCpuset(_ path: String, below mountPoint: String) throws(CgroupError) {
        let parent = FileSystem.split(path).directory
        for file in ["cpuset.cpus", "cpuset.mems"] {
            guard try cpuset(path, file).isEmpty else { continue }
            if parent != mountPoint, try cpuset(parent, file).isEmpty {
                try inheritCpuset(parent, below: mountPoint)
            }
            let inherited = try cpuset(parent, file)
            try system { () throws(SystemError) in try FileSystem.writeKernelFile("\(path)/\(file)", inherited) }
        }
    }

    private func cpuset(_ path: String, _ file: String) throws(CgroupError) -> String {
        try system { () throws(SystemError) in try FileSystem.readText("\(path)/\(file)") }
    }

    private func enable(_ controllers: [String], above directory: Directory) throws(CgroupError) {
        guard !controllers.isEmpty else { return }
        let wanted = controllers.map { "+" + $0 }.joined(separator: " ")
        var path = directory.mountPoint
        for component in directory.path.dropFirst(path.count).split(separator: "/") {
            let file = path + "/cgroup.subtree_control"
            try system { () throws(SystemError) in
                let enabled = Set(try FileSystem.readText(file).split(separator: " "))
                if controllers.contains(where: { !enabled.contains(Substring($0)) }) {
                    try FileSystem.writeKernelFile(file, wanted)
                }
            }
            path += "/" + component
        }
    }

    /// The controllers without which a limit could not be set.
    static func controllers(neededBy resources: RuntimeSpec.Linux.Resources) -> [String] {
        var needed: [String] = []
        if let memory = resources.memory,
            memory.limit != nil || memory.reservation != nil || memory.swap != nil || memory.swappiness != nil
                || memory.disableOOMKiller == true || memory.kernelTCP != nil
        {
            needed.append("memory")
        }
        if let cpu = resources.cpu {
            if cpu.shares != nil || cpu.quota != nil || cpu.period != nil || cpu.burst != nil || cpu.idle != nil
                || cpu.realtimeRuntime != nil || cpu.realtimePeriod != nil
            {
                needed.append("cpu")
            }
            if cpu.cpus?.isEmpty == false || cpu.mems?.isEmpty == false { needed.append("cpuset") }
        }
        if resources.pids?.limit != nil { needed.append("pids") }
        if resources.hugepageLimits?.isEmpty == false { needed.append("hugetlb") }
        if resources.rdma?.isEmpty == false { needed.append("rdma") }
        if let id = resources.network?.classID, id != 0 { needed.append("net_cls") }
        if resources.network?.priorities?.isEmpty == false { needed.append("net_prio") }
        return needed
    }
}
