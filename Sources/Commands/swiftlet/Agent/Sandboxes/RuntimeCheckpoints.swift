import Archive
import CRISpec
import Glibc
import Linux
import Sandboxes

/// Checkpoints made by `swiftlet-runtime checkpoint`, which drives criu(8).
///
/// The archive is what the kubelet's callers know from other runtimes: `checkpoint/` with criu's images, `spec.dump` with the
/// container's `config.json`, `dump.log` with criu's log.
struct RuntimeCheckpoints: ContainerCheckpointing {
    /// The path of `swiftlet-runtime`.
    let runtime: String
    /// Its state folder.
    let root: String

    /// What the runtime says where there is no criu at all.
    private static let missing = "is not installed"

    func checkpoint(_ request: CheckpointRequest) async throws(CRI.Failure) {
        // Beside the archive: on the same file system, and where there is room for it.
        let folder = "\(request.location).\(getpid()).\(UInt64.random(in: 0 ... .max))"
        do throws(SystemError) { try FileSystem.makeDirectories(folder, mode: 0o700) } catch {
            throw CRI.Failure(.invalidArgument, "location: \(error)")
        }
        try await onThread(named: "checkpoint") { () throws(CRI.Failure) in
            let result = Result { () throws(CRI.Failure) in
                try write(request, in: folder)
                do {
                    try pack(request, folder)
                } catch {
                    throw CRI.Failure(.internal, "\(error)")
                }
            }
            do throws(SystemError) { try FileSystem.removeTree(folder) } catch {
                // What failed before is what is told.
                try result.get()
                throw CRI.Failure(.internal, "\(error)")
            }
            try result.get()
        }
    }

    /// Blocks until criu is through.
    private func write(_ request: CheckpointRequest, in folder: String) throws(CRI.Failure) {
        let arguments = [
            "--root", root, "checkpoint", "--image-path", "\(folder)/checkpoint", "--work-path", folder, "--leave-running",
            "--tcp-established", "--file-locks", request.id,
        ]
        let (status, text): (ExitStatus?, String)
        do throws(SystemError) {
            (status, text) = try run(ChildProcess(executable: runtime, arguments: arguments), atMost: request.timeout)
        } catch {
            throw CRI.Failure(.internal, "\(error)")
        }
        guard let status else {
            try goOn(request.id)
            throw CRI.Failure(.deadlineExceeded, "the checkpoint was not ready after \(request.timeout ?? .zero) and has been given up")
        }
        if status == .exited(0) { return }
        let reason = text.split(separator: "\n").joined(separator: " ")
        throw CRI.Failure(
            text.contains(Self.missing) ? .unimplemented : .failedPrecondition,
            reason.isEmpty ? "the runtime ended with \(status)" : reason
        )
    }

    /// criu freezes a container while it writes it down: one that was killed over that has left it so.
    private func goOn(_ id: String) throws(CRI.Failure) {
        do throws(SystemError) {
            // That it was not frozen is no failure.
            _ = try run(ChildProcess(executable: runtime, arguments: ["--root", root, "resume", id]), atMost: .seconds(10))
        } catch {
            throw CRI.Failure(.internal, "the container may be frozen: \(error)")
        }
    }

    /// Nil for the status of one that has been killed for being late.
    private func run(_ program: ChildProcess, atMost limit: Duration?) throws(SystemError) -> (ExitStatus?, String) {
        let messages = try Descriptor.memoryFile(named: "checkpoint")
        var program = program
        // criu is its child, and goes with it.
        program.newSession = true
        let process = try program.spawn([1: messages.rawValue, 2: messages.rawValue])
        var watched = pollfd(fd: process.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        let milliseconds = limit.map { Int32(clamping: $0.components.seconds * 1000) } ?? -1
        let isOver = try retrying("poll") { poll(&watched, 1, milliseconds) } > 0
        // Not reaped yet: the number is its group's.
        if !isOver { _ = kill(-process.pid, SIGKILL) }
        let status = try process.wait()
        lseek(messages.rawValue, 0, SEEK_SET)
        return (isOver ? status : nil, String(decoding: try messages.readToEnd(limit: 1 << 16), as: UTF8.self))
    }

    private func pack(_ request: CheckpointRequest, _ folder: String) throws {
        try FileSystem.write("\(folder)/spec.dump", try FileSystem.read(request.specification, limit: 16 << 20), mode: 0o600)
        let partial = "\(folder).tar"
        do {
            let archive = try Descriptor.open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode: 0o600)
            let root = try Descriptor.open(folder, O_RDONLY | O_DIRECTORY)
            try TreeArchiver { bytes throws in try archive.writeAll(bytes) }.archive("/", in: root)
            try archive.synchronize()
            try FileSystem.rename(partial, request.location)
        } catch {
            // What is half written is nobody's; that it cannot be removed says the failure before it.
            try? FileSystem.removeFile(partial)
            throw error
        }
    }
}
