import Cgroups
import Glibc
import JSONCoding
import Linux
import OCISpec

extension ContainerEngine {
    /// Writes a running container down, and ends it unless it is to go on.
    public func checkpoint(id: String, options: CheckpointOptions) throws(RuntimeError) {
        let store = try store(id)
        let lock = try store.lock()
        defer { withExtendedLifetime(lock) {} }
        let record = try store.record()
        guard status(of: record, store) == .running else { throw RuntimeError(.wrongState, "container not running") }
        let spec = try SpecLoader(path: store.configurationPath).spec
        if spec.process?.terminal == true {
            throw RuntimeError(.unsupported, "checkpoint: a container with a terminal cannot be written down")
        }
        let criu = try Criu()
        try step("make the folders of the checkpoint") { () throws(SystemError) in
            for folder in [options.imagePath, options.logFolder] { try FileSystem.makeDirectories(folder, mode: 0o700) }
        }
        let log = options.logFolder + "/dump.log"
        var arguments = [options.isPreDump ? "pre-dump" : "dump", "--tree", "\(record.pid)", "--log-file", "dump.log"]
        arguments += ["--root", record.rootfs, "--manage-cgroups=\(options.cgroupMode)"] + options.common
        arguments += try CheckpointMounts(spec, bundle: record.bundle).dumpArguments(of: record.pid)
        if options.leavesRunning && !options.isPreDump { arguments.append("--leave-running") }
        if let parent = options.parentPath { arguments += ["--prev-images-dir", parent, "--track-mem"] }
        if options.isPreDump && options.parentPath == nil { arguments.append("--track-mem") }
        // A process that is made meanwhile would be missed: criu freezes the group first.
        if let freezer = record.cgroup?.freezerPath { arguments += ["--freeze-cgroup", freezer] }
        // Afterwards there is nobody to ask.
        let streams = CheckpointStreams(of: record.pid)
        try criu.run(arguments, log: log)
        if !options.isPreDump { try streams.write(to: options.imagePath) }
    }
}

/// The mounts of a container that are not its own but the host's: criu is told of them by name.
struct CheckpointMounts {
    private let mounts: [(destination: String, source: String)]
    private let masked: [String]

    init(_ spec: RuntimeSpec, bundle: String) throws(RuntimeError) {
        var found: [(String, String)] = []
        for mount in spec.mounts ?? [] where try MountOptions(mount).isBind {
            guard let source = mount.source, !source.isEmpty else { continue }
            found.append((ContainerRoot.clean(mount.destination), source.hasPrefix("/") ? source : "\(bundle)/\(source)"))
        }
        mounts = found
        masked = spec.linux?.maskedPaths ?? []
    }

    func dumpArguments(of pid: pid_t) -> [String] {
        // A masked file is the host's null device; a masked folder a file system of its own, which criu knows.
        let files = masked.filter { path in
            (try? FileSystem.status("/proc/\(pid)/root\(path)").kind) == .characterDevice
        }
        return (mounts.map(\.destination) + files).flatMap { ["--external", "mnt[\($0)]:\($0)"] }
    }

    var restoreArguments: [String] {
        (mounts + masked.map { ($0, "/dev/null") }).flatMap { ["--external", "mnt[\($0.destination)]:\($0.source)"] }
    }
}

/// What a container's standard streams were (`descriptors.json`, as runc writes it): pipes are replaced by the restorer's.
struct CheckpointStreams {
    static let fileName = "descriptors.json"
    let names: [String]

    init(of pid: pid_t) {
        names = (0...2).map { number in (try? FileSystem.readLink("/proc/\(pid)/fd/\(number)")) ?? "/dev/null" }
    }

    /// Images without the file have no pipes that anybody has to know of.
    init(in folder: String) throws(RuntimeError) {
        let path = "\(folder)/\(Self.fileName)"
        guard FileSystem.exists(path) else {
            names = []
            return
        }
        let bytes = try step("read the streams") { () throws(SystemError) in try FileSystem.read(path, limit: 1 << 16) }
        do { names = try JSON.decode([String].self, from: bytes) } catch {
            throw RuntimeError(.invalidConfiguration, "\(path): \(error)")
        }
    }

    func write(to folder: String) throws(RuntimeError) {
        let bytes: [UInt8]
        do { bytes = try JSON.encode(names) } catch { throw RuntimeError(.failed, "encode the streams: \(error)") }
        try step("write the streams") { () throws(SystemError) in
            try FileSystem.write("\(folder)/\(Self.fileName)", bytes, mode: 0o600)
        }
    }
}
