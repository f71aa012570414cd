import CLinux
import Glibc
import ImageStore
import JSONCoding
import Linux
import OCISpec

/// A program that runs in a container's root while an image is built, through the project's own runtime.
struct StepProgram: Sendable {
    /// What it needs besides its root.
    struct Process: Sendable {
        var arguments: [String]
        var environment: [String]
        var workingDirectory = "/"
        /// As USER has it.
        var user = ""
        /// `host` or `none`.
        var network = "host"
        var mounts: [RuntimeSpec.Mount] = []
        var capabilities = ContainerDefaults.capabilities
        var input: Int32?
    }

    let store: ImageStore
    /// The path of `swiftlet-runtime`.
    let runtime: String
    /// On a file system that a reboot empties; holds what goes on.
    let runFolder: String

    private var stateFolder: String { "\(runFolder)/state" }

    /// Ends what a builder left that was killed. The lock of a step's folder is held for as long as its builder lives.
    func recover() throws {
        guard FileSystem.exists(runFolder) else { return }
        for name in try FileSystem.list(runFolder) where name.hasPrefix("step-") {
            let folder = "\(runFolder)/\(name)"
            let lock: Descriptor
            do throws(SystemError) { lock = try Descriptor.open("\(folder)/lock", O_RDWR) } catch {
                // Half made, or just gone.
                continue
            }
            guard flock(lock.rawValue, LOCK_EX | LOCK_NB) == 0 else { continue }
            try delete(name)
            try FileSystem.removeTree(folder)
        }
    }

    /// Runs the program to its end with its output on descriptor `output`, and answers its exit status. Blocks the thread.
    func run(_ process: Process, in folders: OverlayFolders, output: Int32) throws -> Int32 {
        let name = "step-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        let folder = "\(runFolder)/\(name)"
        try FileSystem.makeDirectories(stateFolder, mode: 0o700)
        try FileSystem.makeDirectories("\(folder)/rootfs", mode: 0o700)
        defer {
            // What cannot be removed now is removed by the next build.
            try? FileSystem.removeTree(folder)
        }
        let lock = try Descriptor.open("\(folder)/lock", O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
        let number = lock.rawValue
        try retrying("flock", folder) { flock(number, LOCK_EX | LOCK_NB) }
        defer { _ = flock(number, LOCK_UN) }
        let mounts = try names(in: folder) + process.mounts
        try makeMountPoints(mounts.map { ($0.destination, Self.isFile($0)) } + [("/etc", false)], below: folders.bottom)
        let specification = try specification(process, folders, mounts, name)
        try FileSystem.write("\(folder)/config.json", try JSON.encode(specification))
        let child = ChildProcess(
            executable: runtime,
            arguments: ["--root", stateFolder, "run", "--bundle", folder, name],
            environment: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        )
        var descriptors: [Int32: Int32] = [1: output, 2: output]
        if let input = process.input { descriptors[0] = input }
        let running = try child.spawn(descriptors)
        guard let status = try running.wait() else { preconditionFailure("waitid(2) blocks until the end") }
        try delete(name)
        return status.code
    }

    /// Ends what may be left of a container. One that is not there is no error to the runtime with --force.
    private func delete(_ name: String) throws {
        guard FileSystem.exists("\(stateFolder)/\(name)") else { return }
        _ = try ChildProcess(executable: runtime, arguments: ["--root", stateFolder, "delete", "--force", name]).spawn()
            .wait()
    }

    /// The names that every container is given; they never get into a layer.
    private func names(in folder: String) throws -> [RuntimeSpec.Mount] {
        let resolver =
            try FileSystem.exists("/etc/resolv.conf") ? FileSystem.read("/etc/resolv.conf", limit: 1 << 20) : []
        try FileSystem.write("\(folder)/resolv.conf", resolver)
        let hosts = try FileSystem.exists("/etc/hosts") ? FileSystem.read("/etc/hosts", limit: 1 << 20) : []
        try FileSystem.write(
            "\(folder)/hosts",
            hosts.isEmpty ? Array("127.0.0.1 localhost\n::1 localhost\n".utf8) : hosts
        )
        return ["hosts", "resolv.conf"].map {
            RuntimeSpec.Mount(
                destination: "/etc/\($0)",
                type: "bind",
                source: "\(folder)/\($0)",
                options: ["rbind", "rprivate", "rw"]
            )
        }
    }

    private static func isFile(_ mount: RuntimeSpec.Mount) -> Bool {
        guard mount.type == "bind", let source = mount.source, let status = try? FileSystem.status(source) else {
            return false
        }
        return status.kind != .directory
    }

    /// Places for mounts, below all layers: what the runtime would have to make in the upper folder would be in the image.
    private func makeMountPoints(_ places: [(String, isFile: Bool)], below bottom: String) throws {
        let standard = ContainerDefaults.mounts.map { ($0.destination, isFile: false) }.filter {
            $0.0.split(separator: "/").count == 1
        }
        for (place, isFile) in standard + places {
            let parts = place.split(separator: "/").filter { $0 != "." }
            guard !parts.contains("..") else { throw BuildError(.invalid, "the mount target \"\(place)\" holds ..") }
            var path = bottom
            for (index, part) in parts.enumerated() {
                path += "/\(part)"
                if FileSystem.exists(path) { continue }
                if isFile && index == parts.count - 1 {
                    try FileSystem.write(path, [], flags: O_CREAT | O_EXCL)
                } else {
                    try FileSystem.makeDirectories(path)
                    // A folder that is written into is copied into the layer, and the umask is none of its business.
                    try retrying("chmod", path) { chmod(path, 0o755) }
                }
            }
        }
    }

    private func specification(
        _ process: Process,
        _ folders: OverlayFolders,
        _ mounts: [RuntimeSpec.Mount],
        _ name: String
    ) throws -> RuntimeSpec {
        var specification = RuntimeSpec()
        var first = RuntimeSpec.Process(args: process.arguments, cwd: process.workingDirectory)
        let user = try store.user(process.user, inLayers: folders.lower + [folders.upper], of: "the container")
        first.user = .init(uid: user.userID, gid: user.groupID, additionalGids: user.additionalGroups)
        first.env = process.environment
        if !process.environment.contains(where: { $0.hasPrefix("HOME=") }) {
            first.env?.append("HOME=\(user.home.flatMap { $0.isEmpty ? nil : $0 } ?? "/")")
        }
        var capabilities = RuntimeSpec.Process.Capabilities(bounding: process.capabilities)
        if user.userID != 0 {
            capabilities.effective = []
            capabilities.permitted = []
        }
        first.capabilities = capabilities
        first.rlimits = [.init(type: "RLIMIT_NOFILE", soft: 1024, hard: 1_048_576)]
        specification.process = first
        specification.root = .init(path: "rootfs")
        specification.hostname = "build"
        let root = RuntimeSpec.Mount(
            destination: "/",
            type: "overlay",
            source: "overlay",
            options: folders.mountOptions
        )
        let taken = Set(mounts.map(\.destination))
        specification.mounts = [root] + ContainerDefaults.mounts.filter { !taken.contains($0.destination) } + mounts
        var linux = RuntimeSpec.Linux()
        linux.namespaces = [.init(.pid), .init(.ipc), .init(.uts), .init(.mount), .init(.cgroup)]
        if process.network == "none" { linux.namespaces?.append(.init(.network)) }
        // One level: the folder above would be left.
        linux.cgroupsPath = "/swiftlet-build-\(name)"
        var resources = RuntimeSpec.Linux.Resources()
        resources.devices = ContainerDefaults.deviceRules
        linux.resources = resources
        linux.maskedPaths = ContainerDefaults.maskedPaths
        linux.readonlyPaths = ContainerDefaults.readonlyPaths
        linux.seccomp = ContainerDefaults.seccomp(capabilities: process.capabilities, kernel: Self.kernel())
        specification.linux = linux
        return specification
    }

    private static func kernel() -> (major: Int, minor: Int) {
        // An unreadable version gets the stricter filter.
        let text = (try? FileSystem.readText("/proc/sys/kernel/osrelease")) ?? "0.0"
        let numbers = text.split(whereSeparator: { !$0.isNumber }).prefix(2).compactMap { Int($0) }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : (0, 0)
    }
}
