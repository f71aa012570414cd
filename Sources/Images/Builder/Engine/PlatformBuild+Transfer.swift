import Archive
import CLinux
import Glibc
import ImageStore
import Linux
import OCISpec

/// What a COPY or ADD takes, found out before it is carried out.
struct Haul: Sendable {
    enum Item: Sendable {
        /// A folder's contents, or a file with the name that it keeps.
        case tree(path: [[UInt8]], name: [UInt8], isFolder: Bool)
        /// A file that was fetched, or that an archive is: unpacked or not.
        case file(path: String, name: [UInt8], unpacks: Bool, mode: mode_t, modified: Int64)
        case text([UInt8], name: [UInt8])
    }

    var items: [Item] = []
    /// Nil for the context.
    var layers: [String]?
    var destination: [[UInt8]]
    var isIntoFolder: Bool
    var owner: String?
    var mode: mode_t?
    var keepsOwners: Bool
    var excludes: IgnorePatterns
}

extension PlatformBuild {
    func transfer(_ transfer: Instruction.Transfer, _ instruction: Instruction) async throws {
        let expand = expander()
        let from = try transfer.from.map { try expand.expand($0) }
        let destination = try expand.expand(transfer.destination)
        guard !destination.isEmpty else { throw BuildError(.invalid, "\(instruction.keyword) into an empty path") }
        let sources = try transfer.sources.map { try expand.expand($0) }
        let whole = absolute(destination)
        var haul = Haul(
            destination: whole.split(separator: "/").map { Array($0.utf8) },
            isIntoFolder: destination.hasSuffix("/") || destination.hasSuffix("/.") || destination == "."
                || sources.count > 1,
            owner: try transfer.owner.map { try expand.expand($0) },
            mode: nil,
            keepsOwners: from != nil,
            excludes: try IgnorePatterns(try transfer.excludes.map { try expand.expand($0) })
        )
        if let mode = try transfer.mode.map({ try expand.expand($0) }) {
            guard let bits = UInt32(mode, radix: 8), bits <= 0o7777 else {
                throw BuildError(.invalid, "--chmod=\(mode): an octal mode such as 0755 is wanted")
            }
            haul.mode = bits
        }
        if sources.count > 1 && !(destination.hasSuffix("/") || destination.hasSuffix("/.") || destination == ".") {
            throw BuildError(.invalid, "with several sources the destination has to be a folder and end with /")
        }
        var origin: StageState?
        if let from { origin = try await self.origin(from) }
        haul.layers = origin.map { state in state.layers.map { tools.store.directory(of: $0) } }
        let digest = SourceDigest(keepsOwners: origin != nil)
        digest.add(origin.map { $0.chainID?.description ?? "scratch" } ?? "context")
        var fetched: [String] = []
        let result: Result<Void, any Error>
        do {
            for source in sources {
                try await add(source, of: transfer, from: origin, instruction, to: &haul, digest, &fetched)
            }
            if haul.items.count > 1 && !haul.isIntoFolder {
                // A pattern that matched several.
                throw BuildError(
                    .invalid,
                    "\(sources.joined(separator: " ")) are several files, and \(destination) does not end with /"
                )
            }
            let key = [
                "copy", "\(transfer.adds)", whole, "\(haul.isIntoFolder)", haul.owner ?? "",
                "\(haul.mode.map { Int($0) } ?? -1)",
                transfer.excludes.joined(separator: "\n"), digest.finish(),
            ]
            let (taken, context, ignore) = (haul, contextRoot, self.ignore)
            let store = tools.store
            let isContext = origin == nil
            try await apply(
                Step(key: key, text: instruction.text, position: instruction.position) { folders in
                    try await onThread(named: "copy") {
                        try Hauling(store: store, haul: taken, ignore: isContext ? ignore : try IgnorePatterns([])).run(
                            folders,
                            context
                        )
                    }
                }
            )
            result = .success(())
        } catch {
            result = .failure(error)
        }
        // A squashed stage needs them at its end; they go with the process's workspaces.
        if !request.behaviour.squash { for path in fetched { try? FileSystem.removeFile(path) } }
        try result.get()
    }

    private func add(
        _ source: String,
        of transfer: Instruction.Transfer,
        from origin: StageState?,
        _ instruction: Instruction,
        to haul: inout Haul,
        _ digest: SourceDigest,
        _ fetched: inout [String]
    ) async throws {
        if let heredoc = instruction.heredocs.first(where: {
            "<<\($0.stripsTabs ? "-" : "")\($0.name)" == source.filter { $0 != "\"" && $0 != "'" }
        }) {
            let text = heredoc.expands ? try expander().expandBody(heredoc.content) : heredoc.content
            digest.add("heredoc \(heredoc.name)")
            digest.add(text)
            return haul.items.append(.text(Array(text.utf8), name: Array(heredoc.name.utf8)))
        }
        if transfer.adds, source.hasPrefix("http://") || source.hasPrefix("https://") {
            let file = try await Download(store: tools.store).fetch(source, checksum: transfer.checksum)
            fetched.append(file.path)
            digest.add("url \(file.name) \(file.digest)")
            return haul.items.append(
                .file(
                    path: file.path,
                    name: Array(file.name.utf8),
                    unpacks: transfer.unpack ?? false,
                    mode: 0o600,
                    modified: file.modified
                )
            )
        }
        if transfer.adds, source.hasPrefix("git@") || source.hasPrefix("git://") || source.hasPrefix("ssh://") {
            throw BuildError(.invalid, "ADD of a git repository is not served: clone it into the context")
        }
        if transfer.checksum != nil { throw BuildError(.invalid, "--checksum is for URLs") }
        guard origin != nil || contextRoot != nil else {
            throw BuildError(.invalid, "\"\(source)\": the build has no context")
        }
        let (layers, context, ignore, excludes) = (haul.layers, contextRoot, self.ignore, haul.excludes)
        let archives = transfer.adds && transfer.unpack != false
        let store = tools.store
        let workspace = layers == nil ? nil : try await store.makeWorkspace()
        let shared = UncheckedDigest(digest)
        let items: Result<[Haul.Item], any Error>
        do {
            items = .success(
                try await onThread(named: "hash") {
                    try Self.items(
                        source,
                        layers,
                        workspace,
                        context,
                        layers == nil ? ignore : IgnorePatterns([]),
                        excludes,
                        archives,
                        shared.digest
                    )
                }
            )
        } catch { items = .failure(error) }
        if let workspace { try? await onThread(named: "remove") { try FileSystem.removeTree(workspace) } }
        haul.items += try items.get()
    }

    /// Only one thread at a time has it.
    private struct UncheckedDigest: @unchecked Sendable {
        let digest: SourceDigest
        init(_ digest: SourceDigest) { self.digest = digest }
    }

    private static func items(
        _ source: String,
        _ layers: [String]?,
        _ bottom: String?,
        _ context: Int32?,
        _ ignore: IgnorePatterns,
        _ excludes: IgnorePatterns,
        _ archives: Bool,
        _ digest: SourceDigest
    ) throws -> [Haul.Item] {
        func look(_ root: Int32) throws -> [Haul.Item] {
            let tree = SourceTree(root: root, ignore: ignore, excludes: excludes)
            var items: [Haul.Item] = []
            for path in try tree.matches(source) {
                let status = try tree.status(path)
                let name = path.last ?? []
                digest.add("source \(name.text)")
                let isFolder = status.st_mode & S_IFMT == S_IFDIR
                // What a stage holds is known by its layers; that of a context by a look at every byte.
                if layers == nil {
                    var visitor = digest
                    try tree.visit(path, as: name, &visitor)
                } else {
                    digest.add(path.joined(separator: [UInt8(ascii: "/")]).map { String($0) }.joined(separator: ","))
                }
                if archives, !isFolder, layers == nil, let file = try Unpacking.archivePath(path, root) {
                    items.append(.file(path: file, name: name, unpacks: true, mode: 0o644, modified: 0))
                } else {
                    items.append(.tree(path: path, name: name, isFolder: isFolder))
                }
            }
            return items
        }
        if let layers {
            return try OverlayFolders.withTree(of: layers, bottom: bottom ?? "/var/empty") { try look($0.rawValue) }
        }
        guard let context else { preconditionFailure("there is a context or a stage") }
        return try look(context)
    }
}

/// Carries out what a COPY or ADD takes.
struct Hauling: Sendable {
    let store: ImageStore
    let haul: Haul
    let ignore: IgnorePatterns

    func run(_ folders: OverlayFolders, _ context: Int32?) throws {
        let owner = try self.owner(folders)
        if let layers = haul.layers {
            let empty = folders.bottom + ".empty"
            try FileSystem.makeDirectories(empty)
            try OverlayFolders.withTree(of: layers, bottom: empty) { source in try put(folders, source.rawValue, owner)
            }
        } else {
            try put(folders, context ?? -1, owner)
        }
    }

    /// `--chown`, by the root's own users and groups.
    private func owner(_ folders: OverlayFolders) throws -> TarEntry.Owner? {
        guard let text = haul.owner else { return haul.keepsOwners ? nil : .init(user: 0, group: 0) }
        let user = try store.user(text, inLayers: folders.lower + [folders.upper], of: "the image")
        // A number without a group means that group as well.
        let group = !text.contains(":") && UInt32(text) != nil && user.name == nil ? user.userID : user.groupID
        return .init(user: user.userID, group: group)
    }

    private func put(_ folders: OverlayFolders, _ source: Int32, _ owner: TarEntry.Owner?) throws {
        try folders.withTree { root in
            let number = root.rawValue
            let folderOwner = owner ?? .init(user: 0, group: 0)
            let ownership = TreeWriter.Ownership(owner: owner, mode: haul.mode, dropsSetID: !haul.keepsOwners)
            for item in haul.items {
                var base = haul.destination
                let unpacks = if case .file(_, _, true, _, _) = item { true } else { false }
                let isTree = if case .tree(_, _, true) = item { true } else { unpacks }
                let isInto = isTree || haul.isIntoFolder || TreeWriter.isFolder(base, in: number)
                if isInto { try TreeWriter.makeFolders(base, in: number, owner: folderOwner) }
                var given = base.popLast() ?? []
                if isInto, !given.isEmpty { base.append(given) }
                let name = { (own: [UInt8]) -> [UInt8] in isInto ? own : given }
                if !isInto { try TreeWriter.makeFolders(base, in: number, owner: folderOwner) } else { given = [] }
                var writer = TreeWriter(root: number, base: base, ownership: ownership)
                switch item {
                case .tree(let path, let own, _):
                    try SourceTree(root: source, ignore: ignore, excludes: haul.excludes).visit(
                        path,
                        as: name(own),
                        &writer
                    )
                case .text(let bytes, let own):
                    try writer.write(bytes, to: [name(own)], mode: haul.mode ?? 0o644, modified: Int64(time(nil)))
                case .file(let path, let own, let unpacks, let mode, let modified):
                    if unpacks {
                        try Unpacking.unpack(path, source, into: root, at: base, owner: haul.owner == nil ? nil : owner)
                    } else {
                        let file = try Descriptor.open(path, O_RDONLY)
                        var status = stat()
                        fstat(file.rawValue, &status)
                        status.st_mode = S_IFREG | mode
                        status.st_mtim = timespec(tv_sec: Int(modified), tv_nsec: 0)
                        status.st_nlink = 1
                        (status.st_uid, status.st_gid) = (0, 0)
                        try writer.file([name(own)], file.rawValue, status)
                    }
                }
                try writer.finish()
            }
        }
    }
}
