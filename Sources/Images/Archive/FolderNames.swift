import CLinux
import Glibc
import Linux

/// The names in folders, byte for byte.
package enum FolderNames {
    /// The names in an open folder in the order of their bytes, so that the same tree is always gone through in the same order.
    package static func sorted(in folder: Int32) throws(SystemError) -> [[UInt8]] {
        let copy = try retrying("openat", "folder") {
            clinux_openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        }
        guard let stream = fdopendir(copy) else {
            let error = SystemError.last("fdopendir")
            close(copy)
            throw error
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw SystemError.last("readdir") }
                return names.sorted { $0.lexicographicallyPrecedes($1) }
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [UInt8(ascii: ".")] && name != Array("..".utf8) { names.append(name) }
        }
    }

    /// The target of a symlink in a folder.
    package static func target(of name: [UInt8], in folder: Int32) throws(SystemError) -> [UInt8] {
        var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = withCString(name) { path in
            target.withUnsafeMutableBytes { buffer in
                buffer.withMemoryRebound(to: CChar.self) { text in
                    // The array is not empty.
                    text.baseAddress.map { readlinkat(folder, path, $0, text.count) } ?? -1
                }
            }
        }
        guard count >= 0 else { throw SystemError.last("readlinkat", String(decoding: name, as: UTF8.self)) }
        return Array(target.prefix(count))
    }
}
