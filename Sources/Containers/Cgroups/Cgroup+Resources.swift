import Glibc
import Linux
import OCISpec

extension Cgroup {
    /// Sets other limits on a group that has some. The list of devices stays as it is: on version 2 a second program would
    /// only narrow the first.
    @discardableResult
    public func update(_ resources: RuntimeSpec.Linux.Resources) throws(CgroupError) -> [String] {
        if resources.devices?.isEmpty == false { throw .invalid("resources.devices cannot be changed") }
        for controller in Self.controllers(neededBy: resources) where directory(of: controller) == nil {
            throw .noController(controller)
        }
        var resources = resources
        // Version 2 counts swap by itself: a new sum needs the limit that is in force (`memory.swap` alone).
        if let memory = resources.memory, memory.limit == nil, memory.swap ?? 0 > 0,
            let directory = directory(of: "memory"), directory.isUnified
        {
            let text = try system { () throws(SystemError) in try FileSystem.readText("\(directory.path)/memory.max") }
            resources.memory?.limit = Int64(text)
        }
        return try apply(resources)
    }

    /// Sets limits; what is absent stays as it is.
    ///
    /// - Returns: what could not be applied and need not stop a container.
    @discardableResult
    public func apply(_ resources: RuntimeSpec.Linux.Resources) throws(CgroupError) -> [String] {
        var warnings: [String] = []
        try checkUsage(resources.memory)
        for directory in directories {
            let writer = LimitWriter(directory: directory.path)
            if directory.isUnified {
                try writer.applyUnified(resources, controllers: directory.controllers, warnings: &warnings)
                if let rules = resources.devices, self.directory(of: "devices") == nil {
                    try DeviceProgram(rules: rules).attach(to: directory.path)
                }
            } else {
                for controller in directory.controllers {
                    try writer.applyLegacy(resources, controller: controller, warnings: &warnings)
                }
            }
        }
        if let unified = resources.unified, !unified.isEmpty, self.unified == nil {
            throw .invalid("resources.unified needs cgroup v2, which this machine does not have")
        }
        return warnings
    }
}

extension Cgroup {
    /// `memory.checkBeforeUpdate`: a limit below what is in use would kill (runtime-spec, "memory").
    private func checkUsage(_ memory: RuntimeSpec.Linux.Resources.Memory?) throws(CgroupError) {
        guard memory?.checkBeforeUpdate == true, let limit = memory?.limit, limit > 0,
            let used = statistics().memoryBytes, used > UInt64(limit)
        else { return }
        throw .invalid("memory.limit \(limit) is below the \(used) bytes that are in use")
    }
}

/// Writes limits into the files of one folder.
struct LimitWriter {
    let directory: String

    /// Writes a value; a failure says file and value.
    func set(_ file: String, _ value: some CustomStringConvertible) throws(CgroupError) {
        let path = "\(directory)/\(file)"
        let text = value.description
        do throws(SystemError) { try FileSystem.writeKernelFile(path, text) } catch {
            throw .system(SystemError(call: error.call, errno: error.errno, subject: "\(path) = \(text)"))
        }
    }

    /// Writes a value to a file that not every kernel has; says whether it was there.
    func setIfPresent(_ file: String, _ value: some CustomStringConvertible) throws(CgroupError) -> Bool {
        do throws(CgroupError) {
            try set(file, value)
            return true
        } catch .system(let error) where error.errno == ENOENT && error.call == "open" {
            return false
        }
    }
}
