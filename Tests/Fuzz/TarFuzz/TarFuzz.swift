import Archive
import CFuzzer
import Glibc
import Linux

/// libFuzzer against archives: the first byte says whether one is read only, or unpacked as a layer.
@main
enum TarFuzz {
    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { data, size in
                let bytes = UnsafeRawBufferPointer(start: data, count: size)
                guard let kind = bytes.first else { return 0 }
                let rest = TarFuzz.summed(Array(bytes.dropFirst()))
                if kind % 2 == 0 { TarFuzz.read(rest) } else { TarFuzz.unpack(rest) }
                return 0
            }
        )
    }

    private final class Bytes: ByteSource, @unchecked Sendable {
        // Read by one thread at a time.
        private var rest: ArraySlice<UInt8>

        init(_ bytes: [UInt8]) { rest = bytes[...] }

        func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
            let piece = rest.prefix(buffer.count)
            buffer.copyBytes(from: piece)
            rest = rest.dropFirst(piece.count)
            return piece.count
        }

        func cancel() {}
    }

    private static var limits: ExtractionLimits {
        var limits = ExtractionLimits()
        (limits.archiveBytes, limits.fileBytes, limits.headerBytes) = (1 << 20, 1 << 20, 1 << 16)
        limits.entries = 1000
        return limits
    }

    /// With checksums of headers that are right: otherwise nothing else is ever looked at.
    private static func summed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for start in stride(from: 0, to: bytes.count - 511, by: 512) where bytes[(start + 257)...].starts(with: Array("ustar".utf8)) {
            for index in 148..<156 { bytes[start + index] = 0x20 }
            let sum = bytes[start..<(start + 512)].reduce(0) { $0 + Int($1) }
            let digits = Array(String(sum, radix: 8).utf8)
            let field = [UInt8](repeating: 0x30, count: 6 - digits.count) + digits + [0, 0x20]
            bytes.replaceSubrange((start + 148)..<(start + 156), with: field)
        }
        return bytes
    }

    /// Every entry has a name without NUL, or it is refused with a word.
    private static func read(_ bytes: [UInt8]) {
        do {
            try bytes.withUnsafeBytes { buffer in
                var isGiven = false
                let reader = TarReader(ArchiveInput {
                    defer { isGiven = true }
                    return isGiven ? nil : buffer
                }, limits: limits)
                while let entry = try reader.next() { precondition(!entry.name.contains(0), "a name with NUL") }
            }
        } catch { precondition(!"\(error)".isEmpty, "refused without a word") }
    }

    /// Nothing appears beside the layer's folder.
    private static func unpack(_ bytes: [UInt8]) {
        var template = Array("/dev/shm/tar-fuzz-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { preconditionFailure("mkdtemp") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        do {
            try FileSystem.makeDirectories("\(folder)/root")
            let root = try Descriptor.open("\(folder)/root", O_RDONLY | O_DIRECTORY)
            do { _ = try LayerUnpacker.unpack(Bytes(bytes), into: root, limits: limits) } catch {
                precondition(!"\(error)".isEmpty, "refused without a word")
            }
            let beside = try FileSystem.list(folder)
            precondition(beside == ["root"], "something left its root: \(beside)")
            try FileSystem.removeTree(folder)
        } catch { preconditionFailure("\(error)") }
    }
}
