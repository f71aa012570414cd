import CLinux
import Glibc
import Linux

/// The folders of a layer that entries are put into, each opened from the root by openat2(2), and kept open for a while
/// because archives are ordered by folder.
///
/// Belongs to one thread.
final class ParentFolders {
    private static let capacity = 64
    private let root: Int32
    private let resolve: UInt32
    private var open: [[UInt8]: Int32] = [:]
    private var last: (path: [UInt8], number: Int32)?

    /// `root` must stay open as long as this.
    ///
    /// - Parameter followsLinks: whether a symlink may lead to a folder, inside the root.
    init(root: Int32, followsLinks: Bool = true) {
        self.root = root
        resolve = followsLinks ? 0 : CLINUX_RESOLVE_NO_SYMLINKS
    }

    deinit {
        forget()
    }

    /// A descriptor (O_PATH) of the folder at `path` inside the root, valid until the next call.
    ///
    /// With `create`, folders that are missing are made, as they are by other clients: root's, mode 0755.
    func folder(_ path: ArraySlice<UInt8>, create: Bool) throws -> Int32 {
        if path.isEmpty { return root }
        if let last, path.elementsEqual(last.path) { return last.number }
        let key = Array(path)
        if let number = open[key] {
            last = (key, number)
            return number
        }
        if let number = try lookUp(key) { return keep(number, key) }
        guard create else { throw ArchiveError(.badParent) }
        return try make(key)
    }

    private func keep(_ number: Int32, _ path: [UInt8]) -> Int32 {
        if open.count >= Self.capacity { forget() }
        open[path] = number
        last = (path, number)
        return number
    }

    /// The folder at `path` where there is one.
    func existing(_ path: ArraySlice<UInt8>) throws -> Int32? {
        do {
            return try folder(path, create: false)
        } catch let error as ArchiveError {
            guard error.reason == .badParent else { throw error }
            return nil
        }
    }

    /// Closes all: what a name leads to may have changed.
    func forget() {
        for number in open.values { close(number) }
        open = [:]
        last = nil
    }

    /// nil where there is nothing; an error where there is something that is no folder.
    private func lookUp(_ path: [UInt8]) throws -> Int32? {
        do {
            return try openInRoot(root, path, CLINUX_O_PATH | O_DIRECTORY, resolve: self.resolve)
        } catch {
            switch error.errno {
            case ENOENT: return nil
            case ENOTDIR, ELOOP: throw ArchiveError(.badParent)
            default: throw error
            }
        }
    }

    /// A folder that is no symlink; nil where there is anything else or nothing.
    private func openFolder(_ name: ArraySlice<UInt8>, at parent: Int32) throws -> Int32? {
        let flags = CLINUX_O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        while true {
            let number = withCString(name) { clinux_openat(parent, $0, flags, 0) }
            if number != -1 { return number }
            let code = errno
            if [ENOENT, ENOTDIR, ELOOP].contains(code) { return nil }
            if code != EINTR {
                throw SystemError(call: "openat", errno: code, subject: String(decoding: name, as: UTF8.self))
            }
        }
    }

    /// Makes what is missing of a path, from its beginning on: a path may be deeper than a stack.
    private func make(_ path: [UInt8]) throws -> Int32 {
        var parent = root
        for end in path.indices.dropFirst() + [path.endIndex] {
            guard end == path.endIndex || path[end] == UInt8(ascii: "/") else { continue }
            let prefix = Array(path[..<end])
            let base = prefix[((prefix.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1)...]
            // A real folder is opened from the one above it; only symlinks need the walk from the root.
            let known = try open[prefix] ?? openFolder(base, at: parent).map { keep($0, prefix) }
            if let number = try known ?? lookUp(prefix).map({ keep($0, prefix) }) {
                parent = number
                continue
            }
            let result = withCString(base) { mkdirat(parent, $0, 0o755) }
            let code = errno
            if result == -1 {
                // There is something, but looking it up found nothing: a symlink that leads nowhere inside the layer.
                if code == EEXIST { throw ArchiveError(.badParent) }
                throw SystemError(call: "mkdirat", errno: code, subject: String(decoding: prefix, as: UTF8.self))
            }
            // The process's umask is not the layer's business.
            try retrying("fchmodat", String(decoding: prefix, as: UTF8.self)) {
                withCString(base) { fchmodat(parent, $0, 0o755, 0) }
            }
            guard let made = try openFolder(base, at: parent) else { throw ArchiveError(.badParent) }
            parent = keep(made, prefix)
        }
        return parent
    }
}

/// openat2(2) with RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS for a path of bytes.
package func openInRoot(
    _ root: Int32,
    _ path: some Collection<UInt8>,
    _ flags: Int32,
    resolve extra: UInt32 = 0
) throws(SystemError) -> Int32 {
    let resolve = UInt64(CLINUX_RESOLVE_IN_ROOT | CLINUX_RESOLVE_NO_MAGICLINKS | extra)
    while true {
        let number = withCString(path) { clinux_openat2(root, $0, UInt64(flags | O_CLOEXEC), 0, resolve) }
        if number != -1 { return number }
        let code = errno
        // EAGAIN: a rename raced with the walk; walking again is safe.
        if code != EAGAIN && code != EINTR {
            throw SystemError(call: "openat2", errno: code, subject: String(decoding: path, as: UTF8.self))
        }
    }
}
