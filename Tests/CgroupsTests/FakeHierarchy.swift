import Cgroups
import Linux
import OCISpec
import TestSupport

/// A folder in place of cgroupfs: what is written to its files can be read back.
struct FakeHierarchy {
    let directory: TemporaryDirectory
    let cgroup: Cgroup

    init(controllers: [String], isUnified: Bool, files: [String]) throws {
        directory = try TemporaryDirectory("cgroup")
        let layout = CgroupLayout(hierarchies: [
            .init(controllers: controllers, isUnified: isUnified, mountPoint: directory.path)
        ])
        cgroup = try Cgroup(path: "/group", in: layout)
        _ = try directory.makeDirectory("group")
        for file in files { try directory.write("group/\(file)", "") }
    }

    func text(_ file: String) throws -> String { try FileSystem.readText(directory("group/\(file)")) }
}

typealias Resources = RuntimeSpec.Linux.Resources
