import Glibc
import Linux
import MonitorClient
import OCISpec
import TestSupport
import Testing

struct ExecTests {
    private func request(_ script: String) -> ExecRequest {
        ExecRequest(process: RuntimeSpec.Process(args: [script]))
    }

    @Test func outputAndExitCodeComeBack() async throws {
        let fixture = try ClientFixture()
        _ = try await fixture.client.start(try fixture.launch("a", runsForEver))
        let result = try await fixture.client.exec(id: "a", request("echo out; echo err >&2; exit 6"))
        #expect(result.exitCode == 6)
        #expect(result.stdout == Array("out\n".utf8))
        #expect(result.stderr == Array("err\n".utf8))
        #expect(!result.isTruncated && !result.timedOut)
        // The files that it took are gone.
        let left = try FileSystem.list(fixture.directory("a")).filter { $0.hasPrefix("exec") }
        #expect(left == [])
        try await fixture.client.remove(id: "a", directory: fixture.directory("a"))
    }

    @Test func inputIsReadToItsEnd() async throws {
        let fixture = try ClientFixture()
        _ = try await fixture.client.start(try fixture.launch("a", runsForEver))
        var cat = request("cat")
        cat.input = [UInt8](repeating: UInt8(ascii: "x"), count: 300_000)
        #expect(try await fixture.client.exec(id: "a", cat).stdout == cat.input)
        try await fixture.client.remove(id: "a", directory: fixture.directory("a"))
    }

    @Test func outputIsLimited() async throws {
        let fixture = try ClientFixture()
        _ = try await fixture.client.start(try fixture.launch("a", runsForEver))
        var much = request("seq 1 100000")
        much.outputLimit = 1000
        let result = try await fixture.client.exec(id: "a", much)
        #expect(result.exitCode == 0)
        #expect(result.stdout.count == 1000 && result.isTruncated)
        try await fixture.client.remove(id: "a", directory: fixture.directory("a"))
    }

    @Test func aTimeoutKillsTheProgram() async throws {
        let fixture = try ClientFixture()
        _ = try await fixture.client.start(try fixture.launch("a", runsForEver))
        var slow = request("echo $$; exec sleep 1000")
        slow.timeout = .milliseconds(500)
        let result = try await fixture.client.exec(id: "a", slow)
        #expect(result.timedOut && result.exitCode == 137)
        let pid = try #require(pid_t(String(decoding: result.stdout.dropLast(), as: UTF8.self)))
        #expect(hasEnded(pid))
        try await fixture.client.remove(id: "a", directory: fixture.directory("a"))
    }

    @Test func aBackgroundChildIsNotWaitedForLong() async throws {
        let fixture = try ClientFixture()
        _ = try await fixture.client.start(try fixture.launch("a", runsForEver))
        var background = request("echo $$; sleep 1000 & echo $!; exit 2")
        background.drainTimeout = .milliseconds(50)
        let result = try await fixture.client.exec(id: "a", background)
        #expect(result.exitCode == 2 && !result.timedOut)
        let pids = String(decoding: result.stdout, as: UTF8.self).split(separator: "\n").compactMap { pid_t($0) }
        #expect(pids.count == 2)
        if let child = pids.last { kill(child, SIGKILL) }
        try await fixture.client.remove(id: "a", directory: fixture.directory("a"))
    }
}
