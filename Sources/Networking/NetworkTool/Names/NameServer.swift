import Glibc
import Linux

/// The process that serves the folder: begun with the first network, told of changes by SIGHUP, ended with the last.
struct NameServer: Sendable {
    let program: String
    let folder: NameFolder
    let port: UInt16
    let isRootless: Bool

    /// How long an old one may take to end, in milliseconds.
    private static let patience: Int32 = 5000

    /// Where the program is: as the caller says, where distributions have it, or beside this program. Nil where there is none.
    static func find(_ named: String?) -> String? {
        if let named { return named }
        let own = CommandLine.arguments.first.map { FileSystem.split($0).directory } ?? ""
        let beside = (try? FileSystem.readLink("/proc/self/exe")).map { FileSystem.split($0).directory }
        let candidates =
            [own, beside ?? ""].filter { $0.hasPrefix("/") }.flatMap { ["\($0)/aardvark-dns", "\($0)/swiftlet-dns"] }
            + ["/usr/libexec/podman/aardvark-dns", "/usr/lib/podman/aardvark-dns"]
        return candidates.first { access($0, X_OK) == 0 }
    }

    /// A process that is watched by a descriptor. A class: an Optional of what cannot be copied is not for every compiler.
    private final class Running {
        let handle: ProcessHandle
        init(_ handle: consuming ProcessHandle) { self.handle = handle }

        /// Sends a signal. False where the process has ended.
        func signal(_ number: Int32) throws(SystemError) -> Bool {
            do throws(SystemError) { try handle.signal(number) } catch {
                if error.errno == ESRCH { return false }
                throw error
            }
            return true
        }

        /// Waits for the end. False where it takes longer.
        func hasEnded(withinMilliseconds limit: Int32) throws(SystemError) -> Bool {
            let number = handle.descriptor.rawValue
            var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
            while true {
                let result = poll(&entry, 1, limit)
                if result >= 0 { return result > 0 }
                let error = SystemError.last("poll")
                if error.errno != EINTR { throw error }
            }
        }
    }

    /// Makes sure that one runs that has read the folder, or reads it now.
    func reload() throws {
        if let running = try find(), try running.signal(SIGHUP) { return }
        try start()
    }

    /// Has one that runs read the folder; where none runs, nothing is done.
    func notify() throws {
        _ = try find()?.signal(SIGHUP)
    }

    /// Ends it, and returns when it has ended: the next network does not find one that is about to go.
    func end() throws {
        guard let running = try find(), try running.signal(SIGTERM) else { return }
        if try !running.hasEnded(withinMilliseconds: Self.patience) { _ = try running.signal(SIGKILL) }
        try FileSystem.removeFile("\(folder.path)/\(NameFolder.pidFile)")
    }

    private func find() throws(SystemError) -> Running? {
        guard let bytes = try StateFolder.read("\(folder.path)/\(NameFolder.pidFile)"),
            let pid = pid_t(String(decoding: bytes, as: UTF8.self)), pid > 1
        else { return nil }
        do throws(SystemError) {
            // First the descriptor, then the look: the number cannot be another's in between.
            let running = Running(try ProcessHandle(pid: pid))
            let words = try FileSystem.read("/proc/\(pid)/cmdline", limit: 1 << 16).split(separator: 0)
            return words.contains { $0.elementsEqual(folder.path.utf8) } ? running : nil
        } catch  where error.errno == ESRCH || error.errno == ENOENT {
            return nil
        }
    }

    /// Returns when every address is served.
    private func start() throws {
        guard access(program, X_OK) == 0, try FileSystem.status(program).kind == .regular else {
            throw ToolError("aardvark-dns failed to start: Failed to find executable \"\(program)\"")
        }
        let arguments = ["--config", folder.path, "-p", "\(port)", "run"]
        var (executable, words) = (program, arguments)
        // Out of the caller's scope, which ends with the container.
        if FileSystem.exists("/run/systemd/system"), let systemd = Self.systemdRun {
            (executable, words) = (systemd, ["-q", "--scope"] + (isRootless ? ["--user"] : []) + [program] + arguments)
        }
        let said = try Descriptor.memoryFile(named: "aardvark-dns")
        let child = ChildProcess(executable: executable, arguments: words, workingDirectory: "/", newSession: true)
        let number = said.rawValue
        let status: ExitStatus?
        do { status = try child.spawn([2: number]).wait() } catch {
            throw ToolError("aardvark-dns failed to start: \(ToolError(error))")
        }
        if status == .exited(0) { return }
        _ = lseek(said.rawValue, 0, SEEK_SET)
        let text = String(decoding: try said.readToEnd(limit: 4096), as: UTF8.self)
            .split(separator: "\n").joined(separator: "\n")
        throw ToolError(
            text.isEmpty
                ? "aardvark-dns exited unexpectedly without error message" : "aardvark-dns failed to start: \(text)"
        )
    }

    private static var systemdRun: String? {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        return path.split(separator: ":").map { "\($0)/systemd-run" }.first { access($0, X_OK) == 0 }
    }
}
