import Glibc
import Linux

/// criu(8), which writes a container's processes down and makes them again.
struct Criu {
    private static let places = ["/usr/sbin/criu", "/usr/local/sbin/criu", "/usr/bin/criu", "/sbin/criu"]

    private let path: String

    /// Finds it, and asks it whether this kernel has what it needs: before a container is touched.
    init() throws(RuntimeError) {
        guard let path = Self.places.first(where: FileSystem.exists) else {
            throw RuntimeError(.unsupported, "checkpoint and restore need criu, which is not installed")
        }
        self.path = path
        let (status, text) = try step("ask criu") { () throws(SystemError) in try Self.run(path, ["check"]) }
        guard status == .exited(0) else {
            let line = text.split(separator: "\n").first.map(String.init) ?? "criu check: \(status)"
            throw RuntimeError(.unsupported, "checkpoint and restore: criu cannot work with this kernel: \(line)")
        }
    }

    /// What stops packets of the container while it is written down: criu's default is iptables, which not every machine has.
    static var networkLock: [String] {
        let folders = ["/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/bin"]
        return folders.contains { FileSystem.exists("\($0)/iptables-restore") } ? [] : ["--network-lock", "nftables"]
    }

    /// Whether it is there. Whether the kernel has what it needs takes a moment to say, so nobody asks for `features`.
    static var isInstalled: Bool { places.contains(where: FileSystem.exists) }

    /// Runs it to its end; its words are the reason of a failure.
    func run(_ arguments: [String], log: String) throws(RuntimeError) {
        let (status, text) = try step("run criu") { () throws(SystemError) in try Self.run(path, arguments) }
        if status != .exited(0) { throw Self.failure(arguments.first ?? "", status, text, log: log) }
    }

    /// In place of the calling process, with the descriptors that are named left open.
    func execute(_ arguments: [String]) throws(SystemError) -> Never {
        var argv = ([path] + arguments).map { strdup($0) }
        argv.append(nil)
        execve(path, argv, environ)
        throw .last("execve", path)
    }

    /// The first error of its log says more than the last.
    static func failure(_ verb: String, _ status: ExitStatus, _ text: String, log: String) -> RuntimeError {
        let written = (try? FileSystem.readText(log)) ?? ""  // it may have failed before it opened one
        let lines = (written + "\n" + text).split(separator: "\n")
        let line = lines.first { $0.split(separator: " ").contains("Error") } ?? lines.last ?? "no word"
        return RuntimeError(.failed, "criu \(verb) ended with \(status.code): \(line) (all of it: \(log))")
    }

    private static func run(_ path: String, _ arguments: [String]) throws(SystemError) -> (ExitStatus, String) {
        let messages = try Descriptor.memoryFile(named: "criu")
        let process = try ChildProcess(executable: path, arguments: arguments)
            .spawn([1: messages.rawValue, 2: messages.rawValue])
        let status = try process.wait() ?? .exited(-1)
        lseek(messages.rawValue, 0, SEEK_SET)
        return (status, String(decoding: try messages.readToEnd(limit: 1 << 20), as: UTF8.self))
    }
}
