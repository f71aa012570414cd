import Glibc
import Linux
import OCISpec

extension Cgroup {
    /// Sets limits; what is absent stays as it is.
    ///
    /// - Returns: what could not be applied and need not stop a container.
    @discardableResult
    public func apply(_ resources: RuntimeSpec.Linux.Resources) throws(CgroupError) -> [String] {
        var warnings: [String] = []
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
