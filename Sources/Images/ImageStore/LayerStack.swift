import CLinux
import Glibc
import Linux

/// The files of an image as a container would see them, without mounting anything: looks names up in the layers from the
/// top down, by overlayfs's rules.
///
/// Nothing is followed by the kernel: symlinks are read and walked here, from the image's root, so that none leads out.
struct LayerStack {
    /// The folders of the layers, top first.
    private let layers: [String]
    private static let symlinkLimit = 40

    /// `directories` are the layers' folders, bottom first.
    init(directories: [String]) { layers = directories.reversed() }

    /// The bytes of a regular file; nil when there is none at that path. Throws EFBIG for one that is longer than `limit`.
    func read(_ path: String, limit: Int) throws -> [UInt8]? {
        var pending = path.split(separator: "/").map(String.init)
        // Folders that were entered, each as the parts of a path from the root.
        var walked: [String] = []
        var symlinks = 0
        while !pending.isEmpty {
            let name = pending.removeFirst()
            if name == "." { continue }
            if name == ".." {
                _ = walked.popLast()
                continue
            }
            switch try lookUp(name, in: walked) {
            case .nothing: return nil
            case .folder: walked.append(name)
            case .symlink(let target):
                symlinks += 1
                guard symlinks <= Self.symlinkLimit else {
                    throw SystemError(call: "openat", errno: ELOOP, subject: path)
                }
                if target.hasPrefix("/") { walked = [] }
                pending = target.split(separator: "/").map(String.init) + pending
            case .file(let file):
                guard pending.isEmpty else { return nil }
                return try Self.contents(file, path, limit)
            }
        }
        return nil
    }

    private enum Found {
        case nothing
        case folder
        case symlink(String)
        /// A regular file: the layer's folder, and the path inside it.
        case file((layer: String, path: String))
    }

    /// What is under a name in a folder, by the uppermost layer that says something about it.
    private func lookUp(_ name: String, in folder: [String]) throws -> Found {
        for layer in layers {
            guard let parent = try openFolder(folder, of: layer) else { continue }
            var status = stat()
            if fstatat(parent.rawValue, name, &status, AT_SYMLINK_NOFOLLOW) == 0 {
                switch status.st_mode & S_IFMT {
                case S_IFDIR: return .folder
                case S_IFLNK: return .symlink(try Self.target(parent.rawValue, name))
                case S_IFREG: return .file((layer, (folder + [name]).joined(separator: "/")))
                // A whiteout is a character device, and of other devices nobody can be looked up in.
                default: return .nothing
                }
            }
            let code = errno
            guard code == ENOENT else { throw SystemError(call: "fstatat", errno: code, subject: name) }
            if try hidesBelow(folder, layer) { return .nothing }
        }
        return .nothing
    }

    /// A folder of one layer, each part of its path a real folder of that layer; nil when the layer has none there.
    private func openFolder(_ parts: [String], of layer: String) throws -> Descriptor? {
        let root = try Descriptor.open(layer, O_RDONLY | O_DIRECTORY)
        guard !parts.isEmpty else { return root }
        do {
            return try Descriptor.open(
                inRoot: root.rawValue,
                parts.joined(separator: "/"),
                O_RDONLY | O_DIRECTORY,
                resolve: CLINUX_RESOLVE_NO_SYMLINKS
            )
        } catch {
            guard [ENOENT, ENOTDIR, ELOOP].contains(error.errno) else { throw error }
            return nil
        }
    }

    /// Whether what the layers below have in the folder is hidden by this layer: by an opaque folder on the way to it, or
    /// by something else than a folder there.
    private func hidesBelow(_ folder: [String], _ layer: String) throws -> Bool {
        for count in stride(from: 1, through: folder.count, by: 1) {
            guard let opened = try openFolder(Array(folder.prefix(count)), of: layer) else {
                return try isOther(Array(folder.prefix(count)), layer)
            }
            var value: [UInt8] = [0, 0]
            let length = fgetxattr(opened.rawValue, "trusted.overlay.opaque", &value, value.count)
            if length == 1 && value[0] == UInt8(ascii: "y") { return true }
        }
        return false
    }

    /// Whether a path of a layer is there and is no folder.
    private func isOther(_ parts: [String], _ layer: String) throws -> Bool {
        guard let name = parts.last, let parent = try openFolder(Array(parts.dropLast()), of: layer) else {
            return false
        }
        var status = stat()
        return fstatat(parent.rawValue, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mode & S_IFMT != S_IFDIR
    }

    private static func target(_ parent: Int32, _ name: String) throws(SystemError) -> String {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = try retrying("readlinkat", name) {
            bytes.withUnsafeMutableBytes { buffer in
                guard let start = buffer.baseAddress else { return -1 }
                return readlinkat(parent, name, start.assumingMemoryBound(to: CChar.self), buffer.count)
            }
        }
        return String(decoding: bytes[..<length], as: UTF8.self)
    }

    private static func contents(
        _ file: (layer: String, path: String),
        _ path: String,
        _ limit: Int
    ) throws -> [UInt8] {
        let root = try Descriptor.open(file.layer, O_RDONLY | O_DIRECTORY)
        let opened = try Descriptor.open(
            inRoot: root.rawValue,
            file.path,
            O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
            resolve: CLINUX_RESOLVE_NO_SYMLINKS
        )
        guard try opened.status().size <= limit else { throw SystemError(call: "read", errno: EFBIG, subject: path) }
        return try opened.readToEnd(limit: limit)
    }
}
