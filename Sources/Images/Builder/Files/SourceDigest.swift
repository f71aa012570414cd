import Archive
import Glibc
import Hashing
import Linux

/// A hash of what a COPY would take: names, kinds, modes, owners and contents; no times.
final class SourceDigest: SourceVisitor {
    private final class Hash {
        var value = StreamingHash()
        /// Ends the hash, and begins another.
        func finish() -> [UInt8] {
            var taken = StreamingHash()
            swap(&taken, &value)
            return taken.finalize()
        }
    }

    private let hash = Hash()
    /// Owners count only where they are kept.
    private let keepsOwners: Bool
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)

    init(keepsOwners: Bool) { self.keepsOwners = keepsOwners }

    deinit { buffer.deallocate() }

    func add(_ text: String) {
        let bytes = Array("\(text.utf8.count):\(text);".utf8)
        bytes.withUnsafeBytes { hash.value.update($0) }
    }

    private func add(_ bytes: [UInt8]) {
        add("\(bytes.count)")
        bytes.withUnsafeBytes { hash.value.update($0) }
    }

    private func begin(_ kind: String, _ path: [[UInt8]], _ status: stat) {
        add(kind)
        add(Array(path.joined(separator: [UInt8(ascii: "/")])))
        add("\(status.st_mode & 0o7777)")
        if keepsOwners { add("\(status.st_uid):\(status.st_gid)") }
    }

    func folder(_ path: [[UInt8]], _ folder: Int32, _ status: stat) throws {
        begin("d", path, status)
        try addAttributes(folder)
    }

    func file(_ path: [[UInt8]], _ file: Int32, _ status: stat) throws {
        begin("f", path, status)
        try addAttributes(file)
        add("\(status.st_size)")
        while true {
            let buffer = buffer
            let count = try retrying("read", "source") { read(file, buffer.baseAddress, buffer.count) }
            if count == 0 { return }
            hash.value.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    func link(_ path: [[UInt8]], _ target: [UInt8], _ status: stat) throws {
        begin("l", path, status)
        add(target)
    }

    func node(_ path: [[UInt8]], _ status: stat) throws {
        begin("n", path, status)
        add("\(status.st_mode) \(status.st_rdev)")
    }

    private func addAttributes(_ file: Int32) throws {
        for attribute in try FileAttributes.read(file, "source") {
            add(attribute.name)
            add(attribute.value)
        }
    }

    func finish() -> String { hash.finish().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
