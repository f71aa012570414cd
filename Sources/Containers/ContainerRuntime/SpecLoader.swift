import Glibc
import JSONCoding
import Linux
import OCISpec

/// Reads `config.json` and refuses what cannot work before anything is made.
struct SpecLoader {
    /// The file as it was read, for the copy in the state folder.
    let bytes: [UInt8]
    let spec: RuntimeSpec

    /// No configuration that anybody writes comes near this.
    static let sizeLimit = 16 << 20

    init(path: String) throws(RuntimeError) {
        let bytes = try step("read the configuration") { () throws(SystemError) in
            // Nobody waits for a FIFO's writer, nor reads a device without an end.
            let file = try Descriptor.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
            guard try file.status().kind == .regular else {
                throw SystemError(call: "open", errno: EINVAL, subject: "\(path) is no regular file")
            }
            do throws(SystemError) { return try file.readToEnd(limit: Self.sizeLimit) } catch {
                throw SystemError(call: error.call, errno: error.errno, subject: path)
            }
        }
        try self.init(bytes: bytes, path: path)
    }

    /// - Parameter path: where the bytes are from, for messages.
    init(bytes: [UInt8], path: String) throws(RuntimeError) {
        self.bytes = bytes
        do { spec = try JSON.decode(RuntimeSpec.self, from: bytes) } catch {
            throw RuntimeError(.invalidConfiguration, "\(path): \(error)")
        }
        try Self.check(spec)
    }

    private static func check(_ spec: RuntimeSpec) throws(RuntimeError) {
        func invalid(_ message: String) -> RuntimeError { RuntimeError(.invalidConfiguration, message) }
        guard spec.ociVersion.hasPrefix("1.") else {
            throw invalid("ociVersion \"\(spec.ociVersion)\" is not supported, only 1.x is")
        }
        guard let root = spec.root, !root.path.isEmpty else { throw invalid("root.path is missing") }
        guard let process = spec.process else { throw invalid("process is missing") }
        try check(process)
        guard let linux = spec.linux else { throw invalid("linux is missing") }
        var seen: Set<RuntimeSpec.Linux.Namespace.Kind> = []
        for namespace in linux.namespaces ?? [] where !seen.insert(namespace.type).inserted {
            throw invalid("linux.namespaces has \(namespace.type.rawValue) twice")
        }
        guard seen.contains(.mount) else { throw invalid("linux.namespaces must have mount: root needs it") }
        if spec.hostname?.isEmpty == false && !seen.contains(.uts) {
            throw invalid("hostname cannot be set without a uts namespace")
        }
        if spec.domainname?.isEmpty == false && !seen.contains(.uts) {
            throw invalid("domainname cannot be set without a uts namespace")
        }
        if !seen.contains(.user) && (linux.uidMappings?.isEmpty == false || linux.gidMappings?.isEmpty == false) {
            throw invalid("linux.uidMappings and gidMappings need a user namespace")
        }
        if (linux.uidMappings?.isEmpty != false) != (linux.gidMappings?.isEmpty != false) {
            throw invalid("linux needs both uidMappings and gidMappings, or neither")
        }
        for mount in spec.mounts ?? [] where !mount.destination.hasPrefix("/") {
            throw invalid("mount destination \"\(mount.destination)\" is not absolute")
        }
        try checkUnsupported(spec, linux)
    }

    static func check(_ process: RuntimeSpec.Process) throws(RuntimeError) {
        func invalid(_ message: String) -> RuntimeError { RuntimeError(.invalidConfiguration, message) }
        guard let arguments = process.args, let command = arguments.first, !command.isEmpty else {
            throw invalid("process.args is empty")
        }
        guard process.cwd.hasPrefix("/") else { throw invalid("process.cwd \"\(process.cwd)\" is not absolute") }
        if process.commandLine != nil { throw invalid("process.commandLine is for Windows") }
        for text in arguments + (process.env ?? []) + [process.cwd] where text.utf8.contains(0) {
            throw invalid("process has a string with a NUL byte")
        }
        if let wrong = process.env?.first(where: { !$0.utf8.contains(UInt8(ascii: "=")) || $0.hasPrefix("=") }) {
            throw invalid("process.env has \"\(wrong)\", which is not NAME=VALUE")
        }
        if process.selinuxLabel?.isEmpty == false, !FileSystem.exists("/sys/fs/selinux/enforce") {
            throw RuntimeError(.unsupported, "process.selinuxLabel: this kernel has no SELinux")
        }
    }

    /// What this runtime does not do is refused: a container that silently lacks something is not what was asked for.
    private static func checkUnsupported(_ spec: RuntimeSpec, _ linux: RuntimeSpec.Linux) throws(RuntimeError) {
        func unsupported(_ message: String) -> RuntimeError { RuntimeError(.unsupported, message) }
        if linux.mountLabel?.isEmpty == false, !FileSystem.exists("/sys/fs/selinux/enforce") {
            throw unsupported("linux.mountLabel: this kernel has no SELinux")
        }
    }
}
