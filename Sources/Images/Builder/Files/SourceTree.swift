import Archive
import CLinux
import Glibc
import Linux

/// What takes the entries of a source, a folder before what is in it. Paths are the parts below the destination.
protocol SourceVisitor {
    mutating func folder(_ path: [[UInt8]], _ folder: Int32, _ status: stat) throws
    mutating func file(_ path: [[UInt8]], _ file: Int32, _ status: stat) throws
    mutating func link(_ path: [[UInt8]], _ target: [UInt8], _ status: stat) throws
    mutating func node(_ path: [[UInt8]], _ status: stat) throws
}

/// A tree that COPY and ADD take from: a build context, or the root of a stage or an image. Nothing in it leads out of it.
struct SourceTree {
    private static let depthLimit = 800
    let root: Int32
    let ignore: IgnorePatterns
    let excludes: IgnorePatterns

    /// What a source's name or pattern means, each as the parts of its path. Throws where that is nothing.
    func matches(_ source: String) throws -> [[[UInt8]]] {
        var found: [[[UInt8]]] = [[]]
        for part in source.split(separator: "/") where part != "." {
            guard part != ".." else {
                throw BuildError(.invalid, "\"\(source)\" leads out of the context")
            }
            guard let pattern = NamePattern(String(part)) else {
                throw BuildError(.invalid, "\"\(source)\" is no pattern")
            }
            if pattern.isLiteral {
                found = found.map { $0 + [pattern.literal] }
                continue
            }
            var following: [[[UInt8]]] = []
            for path in found {
                guard let number = open(path, O_RDONLY | O_DIRECTORY) else { continue }
                defer { close(number) }
                following += try FolderNames.sorted(in: number).filter { pattern.matches($0) }.map { path + [$0] }
            }
            found = following
        }
        found = found.filter { path in
            guard path.isEmpty || !ignore.excludes(path) || ignore.hasExceptions, let number = open(path, CLINUX_O_PATH)
            else {
                return false
            }
            close(number)
            return true
        }
        guard !found.isEmpty else {
            throw BuildError(
                .notFound,
                "\"\(source)\": no such file or folder\(ignore.isEmpty ? "" : ", or it is ignored")"
            )
        }
        return found
    }

    private func open(_ path: [[UInt8]], _ flags: Int32) -> Int32? {
        let joined = path.isEmpty ? [UInt8(ascii: ".")] : Array(path.joined(separator: [UInt8(ascii: "/")]))
        return try? openInRoot(root, joined, flags)
    }

    /// What is at a path, symlinks followed inside of the tree.
    func status(_ path: [[UInt8]]) throws -> stat {
        let joined = path.isEmpty ? [UInt8(ascii: ".")] : Array(path.joined(separator: [UInt8(ascii: "/")]))
        let number = try openInRoot(root, joined, CLINUX_O_PATH)
        defer { close(number) }
        var status = stat()
        try retrying("fstat", joined.text) { fstat(number, &status) }
        return status
    }

    /// Goes through what is at `path`: a folder's contents, or a file under the name `name`.
    func visit(_ path: [[UInt8]], as name: [UInt8], _ visitor: inout some SourceVisitor) throws {
        let joined = path.isEmpty ? [UInt8(ascii: ".")] : Array(path.joined(separator: [UInt8(ascii: "/")]))
        let status = try status(path)
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            let folder = Descriptor(owning: try openInRoot(root, joined, O_RDONLY | O_DIRECTORY))
            var pending: [Pending] = []
            try visitChildren(of: folder.rawValue, path, [], &pending, &visitor, depth: 0)
        case S_IFREG:
            if !path.isEmpty && (ignore.excludes(path) || excludes.excludes([name])) { return }
            let file = Descriptor(owning: try openInRoot(root, joined, O_RDONLY | O_NONBLOCK))
            try visitor.file([name], file.rawValue, status)
        default: throw BuildError(.invalid, "\"\(joined.text)\" is neither a file nor a folder")
        }
    }

    /// A folder that is made only when something in it is wanted.
    private struct Pending {
        var path: [[UInt8]]
        var number: Int32
        var status: stat
        var isWanted: Bool
    }

    private func visitChildren(
        of folder: Int32,
        _ path: [[UInt8]],
        _ below: [[UInt8]],
        _ pending: inout [Pending],
        _ visitor: inout some SourceVisitor,
        depth: Int
    ) throws {
        guard depth < Self.depthLimit else { throw BuildError(.invalid, "folders more than \(Self.depthLimit) deep") }
        for name in try FolderNames.sorted(in: folder) {
            let (whole, inner) = (path + [name], below + [name])
            let isOut = ignore.excludes(whole) || excludes.excludes(inner) || excludes.excludes(whole)
            var status = stat()
            // Gone meanwhile: it is not in the context any more.
            guard withCString(name, { fstatat(folder, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0 else { continue }
            let kind = status.st_mode & S_IFMT
            if isOut && !(kind == S_IFDIR && (ignore.hasExceptions || excludes.hasExceptions)) { continue }
            if kind == S_IFDIR {
                let child = try open(name, at: folder, O_DIRECTORY)
                pending.append(Pending(path: inner, number: child.rawValue, status: status, isWanted: !isOut))
                if !isOut { try make(&pending, &visitor) }
                try visitChildren(of: child.rawValue, whole, inner, &pending, &visitor, depth: depth + 1)
                // Made ones are no longer in the list.
                if pending.last?.path == inner { pending.removeLast() }
                continue
            }
            try make(&pending, &visitor)
            switch kind {
            case S_IFREG:
                let file = try open(name, at: folder, O_NONBLOCK)
                try visitor.file(inner, file.rawValue, status)
            case S_IFLNK: try visitor.link(inner, try FolderNames.target(of: name, in: folder), status)
            case S_IFSOCK: continue
            default: try visitor.node(inner, status)
            }
        }
    }

    private func make(_ pending: inout [Pending], _ visitor: inout some SourceVisitor) throws {
        for folder in pending { try visitor.folder(folder.path, folder.number, folder.status) }
        pending = []
    }

    private func open(_ name: [UInt8], at folder: Int32, _ flags: Int32) throws -> Descriptor {
        Descriptor(
            owning: try retrying("openat", name.text) {
                withCString(name) { clinux_openat(folder, $0, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | flags, 0) }
            }
        )
    }
}
