import Archive
import CLinux
import Glibc
import ImageStore
import Linux
import OCISpec

/// Images step by step, as buildah's commands make them.
extension ImageBuilder {
    private var shelf: ContainerShelf { ContainerShelf(directory: "\(configuration.stateFolder)/containers") }
    private var store: ImageStore { configuration.store }

    private func mountPoint(_ name: String) -> String { "\(configuration.runFolder)/mounts/\(name)" }

    /// One command at a time works on a container.
    private func locked<Result>(_ name: String, _ body: () async throws -> Result) async throws -> Result {
        guard ContainerShelf.isName(name) else { throw BuildError(.invalid, "\"\(name)\" cannot name a container") }
        try FileSystem.makeDirectories(shelf.directory, mode: 0o700)
        let path = "\(shelf.directory)/\(name).lock"
        let lock = try Descriptor.open(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
        let number = lock.rawValue
        try await onThread(named: "lock") { _ = try retrying("flock", path) { flock(number, LOCK_EX) } }
        defer { _ = flock(number, LOCK_UN) }
        return try await body()
    }

    /// A new working container upon an image, fetched where it is not here; answers its name.
    public func makeContainer(from image: String, named wanted: String?, pulling: BuildRequest.Pulling) async throws
        -> String
    {
        var state = StageState(scratch: .host, created: "1970-01-01T00:00:00Z")
        if image != "scratch" {
            var found = pulling == .always ? nil : try await store.image(named: image, for: .host, pulls: false)
            if found == nil, pulling != .never { found = try await store.image(named: image, for: .host, pulls: true) }
            guard let found else {
                throw BuildError(.notFound, "the image \(image) is not here, and is not to be pulled")
            }
            let layers = try await store.builtLayers(of: found)
            state = StageState(base: found, layers: layers, created: found.createdAt ?? state.created)
        }
        let base = image.split(separator: "@")[0].split(separator: "/").last.map { $0.prefix { $0 != ":" } } ?? "image"
        var name = wanted ?? "\(base)-working-container"
        var attempt = 0
        while wanted == nil, FileSystem.exists(shelf.folder(name)) {
            attempt += 1
            name = "\(base)-working-container-\(attempt)"
        }
        let (chosen, begun) = (name, state)
        return try await locked(chosen) {
            guard !FileSystem.exists("\(shelf.folder(chosen))/container.json") else {
                throw BuildError(.invalid, "there is a working container \"\(chosen)\" already")
            }
            // What a killed one left has no record.
            try FileSystem.removeTree(shelf.folder(chosen))
            try store.setLease(Lease(layers: begun.layers), as: ContainerShelf.lease(chosen))
            try FileSystem.makeDirectories(shelf.folder(chosen), mode: 0o700)
            _ = try OverlayFolders.make(in: shelf.folder(chosen), upon: begun.layers.map { store.directory(of: $0) })
            var configuration = begun.configuration
            configuration.config = begun.execution
            configuration.history = begun.history
            try shelf.write(
                WorkingContainer(
                    name: chosen,
                    image: image,
                    layers: begun.layers,
                    configuration: configuration,
                    created: Timestamp.now.rfc3339Seconds,
                    steps: []
                )
            )
            return chosen
        }
    }

    public func containers() throws -> [WorkingContainer] { try shelf.all() }

    public func container(_ name: String) throws -> WorkingContainer { try shelf.read(name) }

    /// Changes what the image will say.
    public func configure(_ name: String, step: String, _ change: (inout WorkingContainer) throws -> Void) async throws
    {
        try await locked(name) {
            var container = try shelf.read(name)
            try change(&container)
            container.steps.append(step)
            try shelf.write(container)
        }
    }

    /// How a program runs in a working container, where that is not as its image says.
    public struct ContainerRun: Sendable {
        public var arguments: [String]
        public var user: String?
        public var workingDirectory: String?
        public var environment: [String] = []
        public var network = "host"
        /// `SOURCE:TARGET[:ro]` of the host.
        public var volumes: [String] = []
        public init(_ arguments: [String]) { self.arguments = arguments }
    }

    /// Runs a program in a working container and answers its exit status.
    public func run(_ run: ContainerRun, in name: String) async throws -> Int32 {
        try await locked(name) {
            let container = try shelf.read(name)
            var process = StepProgram.Process(
                arguments: run.arguments,
                environment: (container.execution.environment ?? []) + run.environment
            )
            process.workingDirectory =
                run.workingDirectory ?? container.execution.workingDirectory.flatMap { $0.isEmpty ? nil : $0 } ?? "/"
            process.user = run.user ?? container.execution.user ?? ""
            process.network = run.network
            process.input = 0
            for volume in run.volumes {
                let parts = volume.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
                guard (2...3).contains(parts.count), parts[0].hasPrefix("/"), parts[1].hasPrefix("/"),
                    parts.count == 2 || ["ro", "rw"].contains(parts[2])
                else {
                    throw BuildError(
                        .invalid,
                        "\"\(volume)\": SOURCE:TARGET or SOURCE:TARGET:ro is wanted, with absolute paths"
                    )
                }
                process.mounts.append(
                    .init(
                        destination: parts[1],
                        type: "bind",
                        source: parts[0],
                        options: ["rbind", "rprivate", parts.count == 3 ? parts[2] : "rw"]
                    )
                )
            }
            let (overlay, program, output, prepared) = (
                shelf.overlay(of: container, in: store), program, configuration.output, process
            )
            let status = try await onThread(named: "run") { try program.run(prepared, in: overlay, output: output) }
            if status == 0 {
                var changed = container
                changed.steps.append(run.arguments.joined(separator: " "))
                try shelf.write(changed)
            }
            return status
        }
    }

    /// What a copy into a working container is like.
    public struct ContainerCopy: Sendable {
        public var sources: [String]
        public var destination: String
        public var owner: String?
        public var mode: String?
        /// Whether URLs are fetched and archives unpacked.
        public var adds = false
        public init(_ sources: [String], to destination: String) {
            self.sources = sources
            self.destination = destination
        }
    }

    /// Copies files, folders' contents and, with `adds`, URLs and archives' contents into a working container.
    public func copy(_ copy: ContainerCopy, into name: String) async throws {
        try await locked(name) {
            var container = try shelf.read(name)
            let overlay = shelf.overlay(of: container, in: store)
            let start = copy.destination.hasPrefix("/") ? "" : container.execution.workingDirectory ?? "/"
            let parts = "\(start)/\(copy.destination)".split(separator: "/").filter { $0 != "." }.map { Array($0.utf8) }
            var mode: mode_t?
            if let text = copy.mode {
                guard let bits = UInt32(text, radix: 8), bits <= 0o7777 else {
                    throw BuildError(.invalid, "--chmod \(text): an octal mode is wanted")
                }
                mode = bits
            }
            for source in copy.sources {
                var haul = Haul(
                    destination: parts,
                    isIntoFolder: copy.destination.hasSuffix("/") || copy.sources.count > 1,
                    owner: copy.owner,
                    mode: mode,
                    keepsOwners: false,
                    excludes: try IgnorePatterns([])
                )
                if copy.adds, source.hasPrefix("http://") || source.hasPrefix("https://") {
                    let file = try await Download(store: store).fetch(source, checksum: nil)
                    haul.items = [
                        .file(
                            path: file.path,
                            name: Array(file.name.utf8),
                            unpacks: false,
                            mode: 0o600,
                            modified: file.modified
                        )
                    ]
                    try await put(haul, nil, overlay)
                    try FileSystem.removeFile(file.path)
                    continue
                }
                let whole = source.hasPrefix("/") ? source : FileSystem.currentDirectory() + "/" + source
                let (folder, base) =
                    whole.hasSuffix("/") || whole.hasSuffix("/.") ? (whole, "") : FileSystem.split(whole)
                let root = try Descriptor.open(folder, O_RDONLY | O_DIRECTORY)
                let tree = SourceTree(
                    root: root.rawValue,
                    ignore: try IgnorePatterns([]),
                    excludes: try IgnorePatterns([])
                )
                for path in try tree.matches(base) {
                    let isFolder = try tree.status(path).st_mode & S_IFMT == S_IFDIR
                    if copy.adds, !isFolder, let archive = try Unpacking.archivePath(path, root.rawValue) {
                        haul.items.append(
                            .file(path: archive, name: path.last ?? [], unpacks: true, mode: 0o644, modified: 0)
                        )
                    } else {
                        haul.items.append(.tree(path: path, name: path.last ?? [], isFolder: isFolder))
                    }
                }
                let number = root.rawValue
                try await put(haul, number, overlay)
                withExtendedLifetime(root) {}
            }
            container.steps.append(
                "\(copy.adds ? "ADD" : "COPY") \((copy.sources + [copy.destination]).joined(separator: " "))"
            )
            try shelf.write(container)
        }
    }

    private func put(_ haul: Haul, _ root: Int32?, _ overlay: OverlayFolders) async throws {
        let hauling = Hauling(store: store, haul: haul, ignore: try IgnorePatterns([]))
        try await onThread(named: "copy") { try hauling.run(overlay, root) }
    }

    /// Mounts a working container's root where the host sees it; answers where. One that is mounted stays as it is.
    public func mount(_ name: String) async throws -> String {
        try await locked(name) {
            let overlay = shelf.overlay(of: try shelf.read(name), in: store)
            let path = mountPoint(name)
            try FileSystem.makeDirectories(path, mode: 0o700)
            if try isMounted(path) { return path }
            try overlay.mount(on: path)
            return path
        }
    }

    private func isMounted(_ path: String) throws -> Bool { try !MountTable.read(where: { $0.mountPoint == path }).isEmpty }

    /// Takes the mount away; false where there was none.
    public func unmount(_ name: String) async throws -> Bool {
        try await locked(name) {
            _ = try shelf.read(name)
            return try unmountNow(name)
        }
    }

    private func unmountNow(_ name: String) throws -> Bool {
        let path = mountPoint(name)
        guard try isMounted(path) else { return false }
        try Mount.unmount(path, detach: false)
        try FileSystem.removeDirectory(path)
        return true
    }

    /// What a working container is committed as.
    public struct ContainerCommit: Sendable {
        public var names: [String]
        public var behaviour = BuildRequest.Behaviour()
        public init(names: [String]) { self.names = names }
    }

    /// Makes an image of a working container, which stays as it is.
    public func commit(_ name: String, _ commit: ContainerCommit) async throws -> BuildResult {
        try await locked(name) {
            let container = try shelf.read(name)
            let overlay = shelf.overlay(of: container, in: store)
            try await store.keep(container.layers)
            let maker = LayerMaker(
                store: store,
                compression: commit.behaviour.compression,
                clock: commit.behaviour.clock
            )
            let layer: BuiltLayer?
            do { layer = try await maker.make(of: overlay, upon: container.layers.last) } catch {
                await store.endKeeping(1)
                throw error
            }
            var state = StageState(scratch: container.configuration.platform, created: "")
            state.layers = container.layers + (layer.map { [$0] } ?? [])
            state.configuration = container.configuration
            state.execution = container.execution
            state.history = container.configuration.history ?? []
            state.created = PlatformBuild.clockText(commit.behaviour.clock) ?? Timestamp.now.description
            for step in container.steps.dropLast() { state.note(step, isEmpty: true) }
            if let last = container.steps.last ?? (layer == nil ? nil : "commit") {
                state.note(last, isEmpty: layer == nil)
            }
            let assembly = ImageAssembly(format: commit.behaviour.format, annotations: [:])
            let documents = try assembly.documents(of: state)
            let names = commit.names.isEmpty ? ["localhost/build@\(documents.manifest.digest)"] : commit.names
            _ = try await store.commit(
                .init(top: documents.manifest, blobs: documents.blobs, layers: state.layers),
                as: names
            )
            await store.endKeeping(1)
            return BuildResult(digest: documents.manifest.digest, configuration: documents.configuration, names: names)
        }
    }

    /// Removes a working container, mounted or not.
    public func removeContainer(_ name: String) async throws {
        try await locked(name) {
            _ = try shelf.read(name)
            _ = try unmountNow(name)
            // The record goes last: what is left without one is removed with the next of its name.
            try FileSystem.removeTree("\(shelf.folder(name))/upper")
            try FileSystem.removeTree(shelf.folder(name))
            try store.removeLease(ContainerShelf.lease(name))
            try FileSystem.removeFile("\(shelf.directory)/\(name).lock")
        }
    }
}

extension FileSystem {
    /// getcwd(3); the root where the folder is gone.
    fileprivate static func currentDirectory() -> String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }
}
