import AgentServer
import CFuzzer
import Glibc
import Logging
import TestNode

/// libFuzzer against framing and dispatch.
@main
enum RPCFuzz {
    static func main() async throws {
        // `hack/fuzz` removes it: libFuzzer ends the process wherever it is.
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/fuzz-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("mkdtemp: \(errno)") }
        let folder = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        var configuration = ServerConfiguration(directory: folder)
        // The limits are within reach of short inputs.
        configuration.limits.messageBytes = 16 << 10
        configuration.limits.codec.depth = 16
        configuration.limits.codec.batch = 16
        var log = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
        log.logLevel = .critical
        // Kept for the life of the process.
        let server = try await RPCServer.start(configuration, backend: FakeNode(), log: log)
        Session.path = configuration.socketPath
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        let status = LLVMFuzzerRunDriver(&count, &arguments) { data, size in
            Session.run(UnsafeBufferPointer(start: data, count: size))
            return 0
        }
        await server.shutdown()
        exit(status)
    }
}
