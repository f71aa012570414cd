import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

/// The program `swiftlet-monitor` with a container of the fake runtime.
final class MonitorProcess {
    let folder: TemporaryDirectory
    let runtime: FakeRuntime
    let id: String
    private let process: ProcessHandle
    private let syncPipe: Descriptor
    private var hasEnded = false

    /// Starts a monitor in the foreground with a container that runs a shell script.
    ///
    /// - Parameters:
    ///   - log: the log's driver; nil: the file `log` of `folder`.
    ///   - output: what its standard output and error are; nil: ours.
    init(
        _ program: String,
        id: String = "c1",
        log: String? = nil,
        flags: [String] = [],
        failing: String? = nil,
        output: Int32? = nil
    ) throws {
        folder = try TemporaryDirectory("monitor")
        runtime = try FakeRuntime(in: folder)
        self.id = id
        let bundle = try runtime.bundle("bundle", program)
        if let failing { try folder.write("bundle/create-fails", failing) }
        let pipe = try Descriptor.pipe()
        let arguments = [
            "--api-version", "1", "-c", id, "-u", id, "-n", "test", "-b", bundle, "-p", folder("pid"), "--exit-dir",
            folder("exits"), "--persist-dir", folder("persist"), "-l", log ?? "k8s-file:\(folder("log"))", "-r", runtime.path,
            "--runtime-arg", "--root=\(runtime.root)", "--sync", "--start",
        ]
        process = try ChildProcess(
            executable: TestBinaries.monitor,
            arguments: arguments + flags,
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "_OCI_SYNCPIPE=3"]
        ).spawn([3: pipe.write.rawValue, 1: output ?? 1, 2: output ?? 2])
        syncPipe = Descriptor(owning: pipe.read.release())
    }

    deinit {
        guard !hasEnded else { return }
        // A test that failed half way leaves nothing behind.
        try? process.signal(SIGKILL)
        _ = try? process.wait()
        if let pid = try? FileSystem.readText("\(runtime.root)/\(id)/pid"), let number = pid_t(pid) {
            kill(-number, SIGKILL)
            kill(number, SIGKILL)
        }
    }

    var pid: pid_t { process.pid }

    /// The line that it says when the container runs, or does not.
    func answer() throws -> String {
        String(decoding: try syncPipe.readToEnd(), as: UTF8.self)
    }

    func signal(_ signal: Int32) throws { try process.signal(signal) }

    /// Waits until it has ended.
    @discardableResult
    func wait() throws -> Linux.ExitStatus {
        var wanted = pollfd(fd: process.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        let deadline = Deadline(in: .seconds(30))
        while poll(&wanted, 1, deadline.milliseconds) <= 0 {
            if deadline.hasPassed { throw TooLate(waitingFor: "the monitor", log: log) }
        }
        hasEnded = true
        return try #require(try process.wait())
    }

    /// The log's entries without their times.
    var entries: [String] {
        log.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { String($0.dropFirst(31)) }
    }

    var log: String { (try? text("log")) ?? "" }

    func text(_ name: String) throws -> String {
        String(decoding: try FileSystem.read(folder(name)), as: UTF8.self)
    }

    func status() throws -> JSONNode {
        try JSON.parse(try FileSystem.read(folder("persist/status.json")))
    }
}

/// What a test waited for did not happen.
struct TooLate: Error {
    var waitingFor: String
    var log: String
}
