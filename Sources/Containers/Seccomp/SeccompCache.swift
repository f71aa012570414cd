import Glibc
import Linux
import OCISpec

/// Compiled filters on disk, by the hash of all that they depend on.
public struct SeccompCache: Sendable {
    public let directory: String

    /// - Parameter directory: made when it is needed, for its owner alone.
    public init(directory: String) {
        self.directory = directory
    }

    /// The program of a section: read if it was compiled before, else compiled and kept.
    ///
    /// A cache that cannot be used (a full disk, a folder that others may write) makes this slower, nothing else.
    public func program(for section: RuntimeSpec.Linux.Seccomp) throws(SeccompError) -> SeccompProgram {
        let key = Self.key(of: section)
        let name = Self.hex(key)
        // A miss and an unusable cache come to the same: the section is compiled.
        if let folder = try? trustedFolder(),
            let program = try? read(name, key: key, flags: section.kernelFlags, in: folder)
        {
            return program
        }
        let program = try SeccompCompiler.compile(section)
        try? write(program, name: name, key: key)  // the next start compiles again
        return program
    }

    /// The cache's folder, if nobody but us can have put anything into it.
    private func trustedFolder() throws(SystemError) -> Descriptor {
        let folder = try Descriptor.open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        try Self.checkTrust(folder, directory)
        return folder
    }

    private static func checkTrust(_ file: borrowing Descriptor, _ subject: String) throws(SystemError) {
        let status = try file.status()
        guard status.userID == geteuid(), status.permissions & 0o022 == 0 else {
            throw SystemError(call: "seccomp cache", errno: EPERM, subject: subject)
        }
    }

    private func read(
        _ name: String,
        key: [UInt8],
        flags: UInt32,
        in folder: borrowing Descriptor
    ) throws(SystemError) -> SeccompProgram? {
        let file = try Descriptor.open(at: folder.rawValue, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        try Self.checkTrust(file, name)
        let bytes = try file.readToEnd(limit: 65536, sizeHint: 8192)
        // The hash of the instructions in front of them tells a torn or damaged file.
        guard bytes.count > 64, bytes[..<32].elementsEqual(key) else { return nil }
        let instructions = Array(bytes[64...])
        guard bytes[32..<64].elementsEqual(SHA256.hash(instructions)) else { return nil }
        return SeccompProgram(bytes: instructions, flags: flags)
    }

    private func write(_ program: SeccompProgram, name: String, key: [UInt8]) throws(SystemError) {
        try FileSystem.makeDirectories(directory, mode: 0o700)
        _ = try trustedFolder()
        try FileSystem.writeAtomically(
            "\(directory)/\(name)",
            key + SHA256.hash(program.bytes) + program.bytes,
            mode: 0o600,
            durable: false
        )
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }

    /// SHA-256 over the section in a form that is the same for equal sections, the library's version, the architecture
    /// and this format's number.
    static func key(of section: RuntimeSpec.Linux.Seccomp) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(8192)
        func add(_ part: String) {
            text += part.utf8
            text.append(0)
        }
        func add(_ number: UInt64?) { add(number.map { "\($0)" } ?? "-") }
        add("swiftlet seccomp 1")
        add(SeccompCompiler.libraryVersion)
        #if arch(arm64)
            add("arm64")
        #else
            add("x86_64")
        #endif
        add(section.defaultAction.rawValue)
        add(section.defaultErrnoRet.map(UInt64.init))
        for architecture in section.architectures ?? [] { add(architecture.rawValue) }
        for rule in section.syscalls ?? [] {
            add("rule")
            add(rule.action.rawValue)
            add(rule.errnoRet.map(UInt64.init))
            for argument in rule.args ?? [] {
                add("argument")
                add(UInt64(argument.index))
                add(argument.op.rawValue)
                add(argument.value)
                add(argument.valueTwo)
            }
            add("names")
            for name in rule.names { add(name) }
        }
        return SHA256.hash(text)
    }
}
