import CLinux
import Glibc
import Linux

extension FileAttributes {
    /// The attributes of an open file that a layer may bring, by name.
    package static func read(_ file: Int32, _ subject: String) throws(SystemError) -> [TarEntry.Attribute] {
        let size = flistxattr(file, nil, 0)
        if size <= 0 {
            if size == 0 || errno == ENOTSUP { return [] }
            throw .last("flistxattr", subject)
        }
        var list = [CChar](repeating: 0, count: size)
        let length = flistxattr(file, &list, list.count)
        guard length >= 0 else { throw .last("flistxattr", subject) }
        var attributes: [TarEntry.Attribute] = []
        for raw in list[..<length].split(separator: 0) {
            let name = String(decoding: raw.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard isAllowed(name) else { continue }
            var value = [UInt8](repeating: 0, count: 1 << 16)
            let count = fgetxattr(file, name, &value, value.count)
            guard count >= 0 else { throw .last("fgetxattr", "\(subject) \(name)") }
            attributes.append(.init(name: name, value: Array(value[..<count])))
        }
        return attributes.sorted { $0.name < $1.name }
    }
}
