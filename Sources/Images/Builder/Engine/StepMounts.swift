import Archive
import CLinux
import Glibc
import Hashing
import ImageStore
import Linux
import OCISpec

/// A `--mount` of RUN, with all that it names found out.
struct StepMount: Sendable {
    var kind: Instruction.MountRequest.Kind
    var options: [String: String]
    /// Absolute; empty for a secret that is a variable only.
    var target: String
    /// The layers of `from`.
    var layers: [String]?
    var secret: BuildRequest.Secret?
    var socket: String?
    /// What a step's result depends on.
    var key: [String] = []

    init(kind: Instruction.MountRequest.Kind, options: [String: String], target: String) {
        self.kind = kind
        self.options = options
        self.target = target
    }
}

/// Makes what `--mount` asks for, and takes it away again.
struct StepMountMaker {
    struct Folders: Sendable {
        var store: ImageStore
        /// What cache mounts keep from one build to the next.
        var cache: String
        /// On a file system in memory: secrets go there.
        var run: String
    }

    struct Made {
        var mounts: [RuntimeSpec.Mount] = []
        var environment: [String] = []
        /// Locks of caches, held until the step ends.
        var locks: [Int32] = []
    }

    let folders: Folders
    let context: Int32?
    let ignore: IgnorePatterns

    func with(_ requests: [StepMount], files: [String], _ body: (Made) throws -> Void) throws {
        let name = String(UInt64.random(in: .min ... .max), radix: 36)
        let memory = "\(folders.run)/mounts-\(name)"
        let disk = "\(folders.cache)/.work-\(name)"
        for folder in [memory, disk] { try FileSystem.makeDirectories(folder, mode: 0o700) }
        var made = Made()
        defer {
            for lock in made.locks { close(lock) }
            // A secret that stays would be one too many; it lies in a folder of root's, and goes with the next reboot.
            for folder in [memory, disk] { try? FileSystem.removeTree(folder) }
        }
        for (index, text) in files.enumerated() {
            let path = "\(memory)/script-\(index)"
            try FileSystem.write(path, Array(text.utf8), mode: 0o755)
            try retrying("chmod", path) { chmod(path, 0o755) }
            made.mounts.append(Self.bind(path, "/run/build-script-\(index)", isReadOnly: true))
        }
        for (index, request) in requests.enumerated() {
            switch request.kind {
            case .tmpfs:
                let size = request.options["size"].map { ["size=\($0)"] } ?? []
                made.mounts.append(
                    .init(
                        destination: request.target,
                        type: "tmpfs",
                        source: "tmpfs",
                        options: ["nosuid", "nodev", "mode=1777"] + size
                    )
                )
            case .bind: made.mounts.append(try bind(request, "\(disk)/\(index)"))
            case .cache: try cache(request, &made)
            case .secret: try secret(request, "\(memory)/\(index)", &made)
            case .ssh:
                guard let socket = request.socket else { continue }
                made.mounts.append(Self.bind(socket, request.target, isReadOnly: false))
                made.environment.append("SSH_AUTH_SOCK=\(request.target)")
            }
        }
        try body(made)
    }

    private static func bind(_ source: String, _ target: String, isReadOnly: Bool) -> RuntimeSpec.Mount {
        .init(
            destination: target,
            type: "bind",
            source: source,
            options: ["rbind", "rprivate", "nosuid", "nodev", isReadOnly ? "ro" : "rw"]
        )
    }

    /// What is written to a bind mount is gone with the step: it is a copy. So is what an ignore file leaves out of, and what
    /// comes from another stage.
    private func bind(_ request: StepMount, _ scratch: String) throws -> RuntimeSpec.Mount {
        let writable = request.options["rw"] == "true"
        let source = SourceTree.parts(request.options["source"] ?? "")
        if request.layers == nil, !writable, ignore.isEmpty, let context {
            let joined = source.isEmpty ? [UInt8(ascii: ".")] : Array(source.joined(separator: [UInt8(ascii: "/")]))
            let number = try openInRoot(context, joined, CLINUX_O_PATH)
            defer { close(number) }
            return Self.bind(try FileSystem.readLink("/proc/self/fd/\(number)"), request.target, isReadOnly: true)
        }
        return Self.bind(try copy(request, source, to: scratch), request.target, isReadOnly: !writable)
    }

    /// A copy of what a mount's source is; a file's is in a folder.
    private func copy(_ request: StepMount, _ source: [[UInt8]], to scratch: String) throws -> String {
        try FileSystem.makeDirectories("\(scratch)/tree")
        try FileSystem.makeDirectories("\(scratch)/empty")
        let target = try Descriptor.open("\(scratch)/tree", O_RDONLY | O_DIRECTORY)
        func put(_ root: Int32, _ ignore: IgnorePatterns) throws -> Bool {
            let tree = SourceTree(root: root, ignore: ignore, excludes: try IgnorePatterns([]))
            var writer = TreeWriter(root: target.rawValue, base: [], ownership: .init())
            let isFolder = try tree.status(source).st_mode & S_IFMT == S_IFDIR
            try tree.visit(source, as: Array("file".utf8), &writer)
            try writer.finish()
            return isFolder
        }
        let isFolder: Bool
        if let layers = request.layers {
            isFolder = try OverlayFolders.withTree(of: layers, bottom: "\(scratch)/empty") {
                try put($0.rawValue, try IgnorePatterns([]))
            }
        } else {
            isFolder = try put(context ?? -1, ignore)
        }
        return isFolder ? "\(scratch)/tree" : "\(scratch)/tree/file"
    }

    /// A folder that lasts from one build to the next, by its id.
    private func cache(_ request: StepMount, _ made: inout Made) throws {
        let id = Digest.sha256(of: (request.options["id"] ?? request.target).utf8).hex
        var attempt = 0
        while true {
            let path = "\(folders.cache)/\(id)" + (attempt == 0 ? "" : "-\(attempt)")
            try FileSystem.makeDirectories(folders.cache, mode: 0o700)
            if let sharing = request.options["sharing"], sharing != "shared" {
                let lock = try Descriptor.open("\(path).lock", O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
                let number = lock.rawValue
                let isOurs = flock(number, LOCK_EX | (sharing == "private" ? LOCK_NB : 0)) == 0
                if !isOurs {
                    guard sharing == "private", errno == EWOULDBLOCK else { throw SystemError.last("flock", path) }
                    attempt += 1
                    continue
                }
                made.locks.append(lock.release())
            }
            try makeCache(path, request)
            made.mounts.append(Self.bind(path, request.target, isReadOnly: request.options["ro"] == "true"))
            return
        }
    }

    private func makeCache(_ path: String, _ request: StepMount) throws {
        if FileSystem.exists(path) { return }
        let made = "\(path).new-\(UInt32.random(in: .min ... .max))"
        if request.layers != nil {
            let copied = try copy(request, SourceTree.parts(request.options["source"] ?? ""), to: made + ".copy")
            try FileSystem.rename(copied, made)
            try FileSystem.removeTree(made + ".copy")
        } else {
            try FileSystem.makeDirectories(made)
        }
        let mode = UInt32(request.options["mode"] ?? "0755", radix: 8)
        let (user, group) = (UInt32(request.options["uid"] ?? "0"), UInt32(request.options["gid"] ?? "0"))
        guard let mode, let user, let group else {
            throw BuildError(.invalid, "--mount=type=cache: mode, uid and gid are numbers")
        }
        try retrying("chown", made) { chown(made, user, group) }
        try retrying("chmod", made) { chmod(made, mode & 0o7777) }
        // Another build may have been faster.
        if clinux_renameat2(AT_FDCWD, made, AT_FDCWD, path, CLINUX_RENAME_NOREPLACE) == -1 {
            guard errno == EEXIST else { throw SystemError.last("renameat2", path) }
            try FileSystem.removeTree(made)
        }
    }

    private func secret(_ request: StepMount, _ path: String, _ made: inout Made) throws {
        guard let secret = request.secret else { return }
        let bytes: [UInt8] =
            switch secret {
            case .value(let bytes): bytes
            case .file(let file): try FileSystem.read(file, limit: 1 << 20)
            }
        if let variable = request.options["env"] {
            guard !bytes.contains(0) else {
                throw BuildError(.invalid, "a secret with a zero byte cannot be a variable")
            }
            made.environment.append("\(variable)=\(String(decoding: bytes, as: UTF8.self))")
            if request.target.isEmpty { return }
        }
        let mode = UInt32(request.options["mode"] ?? "0400", radix: 8)
        let (user, group) = (UInt32(request.options["uid"] ?? "0"), UInt32(request.options["gid"] ?? "0"))
        guard let mode, let user, let group else {
            throw BuildError(.invalid, "--mount=type=secret: mode, uid and gid are numbers")
        }
        try FileSystem.write(path, bytes, flags: O_CREAT | O_EXCL, mode: 0o600)
        try retrying("chown", path) { chown(path, user, group) }
        try retrying("chmod", path) { chmod(path, mode & 0o7777) }
        made.mounts.append(Self.bind(path, request.target, isReadOnly: true))
    }
}

extension SourceTree {
    /// The parts of a path that a Containerfile names; `..` is left to openat2(2), which does not leave the root.
    static func parts(_ path: String) -> [[UInt8]] {
        path.split(separator: "/").filter { $0 != "." }.map { Array($0.utf8) }
    }
}
