import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

/// `--exec`, the monitor of a process in a container, as podman and cri-o ask for it.
struct ExecSessionTests {
    /// A monitor of a process in the container `c1`, with a container that the fake runtime knows.
    private final class Session {
        let folder: TemporaryDirectory
        let process: ProcessHandle
        let syncPipe: Descriptor
        let attachPipe: Descriptor
        let startPipe: Descriptor

        init(_ script: String, flags: [String] = ["--api-version", "1"], container: String = "c1") throws {
            folder = try TemporaryDirectory("exec")
            let runtime = try FakeRuntime(in: folder)
            try FileSystem.makeDirectories("\(runtime.root)/c1")
            _ = try folder.makeDirectory("bundle")
            try folder.write("process.json", #"{"args":["\#(script)"]}"#)
            let sync = try Descriptor.pipe()
            let attach = try Descriptor.pipe()
            let start = try Descriptor.pipe()
            process = try ChildProcess(
                executable: TestBinaries.monitor,
                arguments: [
                    "-c", container, "-u", "u1", "-n", "test", "-b", folder("bundle"), "-p", folder("pid"),
                    "--exit-dir", folder("exits"), "-l", "k8s-file:\(folder("log"))", "-r", runtime.path,
                    "--runtime-arg", "--root=\(runtime.root)", "--full-attach",
                    "--sync", "-e", "--exec-process-spec", folder("process.json"),
                ] + flags,
                environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "_OCI_SYNCPIPE=3", "_OCI_ATTACHPIPE=4", "_OCI_STARTPIPE=5"]
            ).spawn([3: sync.write.rawValue, 4: attach.write.rawValue, 5: start.read.rawValue, 2: 2])
            syncPipe = Descriptor(owning: sync.read.release())
            attachPipe = Descriptor(owning: attach.read.release())
            startPipe = Descriptor(owning: start.write.release())
        }

        func goOn() throws { try startPipe.writeAll([0]) }

        /// What it says at the sync pipe until that ends.
        func answers() throws -> [JSONNode] {
            String(decoding: try syncPipe.readToEnd(), as: UTF8.self).split(separator: "\n")
                .compactMap { try? JSON.parse(Array($0.utf8)) }
        }

        var log: [String] {
            get throws {
                try FileSystem.readText(folder("log")).split(separator: "\n").map { String($0.dropFirst(31)) }
            }
        }
    }

    @Test func `the pid is told, and the exit code when all is logged`() throws {
        let session = try Session("echo out; echo err >&2; exit 7")
        try session.goOn()
        let answers = try session.answers()
        #expect(try session.process.wait() == .exited(0))
        #expect(answers.count == 2)
        #expect(try FileSystem.readText(session.folder("pid")) == "\(answers.first?["data"]?.integerValue ?? 0)")
        #expect(answers.last?["data"]?.value == .integer(7))
        #expect(try session.log.sorted() == ["stderr F err", "stdout F out"])
        #expect(try FileSystem.readText(session.folder("exits/c1")) == "7")
    }

    @Test func `to the older protocol only the exit code is told`() throws {
        let session = try Session("exit 3", flags: [])
        try session.goOn()
        #expect(try session.answers().map { $0["exit_code"]?.value } == [.integer(3)])
        _ = try session.process.wait()
    }

    @Test func `a failure has the runtime's words`() throws {
        let session = try Session("exit 0", container: "gone")
        try session.goOn()
        let answer = try #require(try session.answers().first)
        #expect(answer["data"]?.value == .integer(-1))
        #expect(answer["message"]?.stringValue == "exec: no container gone")
        #expect(try session.process.wait() == .exited(1))
    }

    @Test func `what takes longer than it may is killed`() throws {
        let session = try Session("exec sleep 100", flags: ["--api-version", "1", "-T", "1"])
        try session.goOn()
        let answer = try #require(try session.answers().last)
        #expect(answer["data"]?.value == .integer(-1))
        #expect(answer["message"]?.stringValue == "command timed out")
        #expect(try session.process.wait() == .exited(0))
    }

    @Test func `one that is attached begins when its client has come`() throws {
        let session = try Session("read -r word; echo got $word", flags: ["--api-version", "1", "--exec-attach", "-i"])
        try session.goOn()
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(session.attachPipe.rawValue, &bytes, bytes.count)
        let ready = String(decoding: bytes[..<max(0, count)], as: UTF8.self)
        #expect(ready == "{\"data\": 0}\n")
        // It has not begun: nobody has said so.
        #expect(!FileSystem.exists(session.folder("pid")))
        let client = try AttachedClient(session.folder("bundle"))
        try session.goOn()
        try client.send("word\n")
        #expect(try client.output() == "got word\n")
        #expect(try session.answers().last?["data"]?.value == .integer(0))
        _ = try session.process.wait()
        #expect(!FileSystem.exists(session.folder("bundle/attach")))
    }
}
