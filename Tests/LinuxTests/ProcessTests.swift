import Glibc
import Linux
import Testing

@Suite struct ProcessTests {
    @Test func placesDescriptorsAndClosesTheRest() throws {
        let output = try Descriptor.pipe()
        let leaked = dup(0)  // not close-on-exec on purpose
        defer { close(leaked) }
        let child = try ChildProcess(
            executable: "/bin/sh",
            arguments: ["-c", "ls -l /proc/self/fd | awk '{print $9}' | xargs; echo to-seven >&7"],
            environment: ["PATH=/usr/bin:/bin"]
        ).spawn([1: output.write.rawValue, 7: output.write.rawValue])
        #expect(try child.wait() == .exited(0))
        try output.write.close()
        let lines = String(decoding: try output.read.readToEnd(), as: UTF8.self).split(separator: "\n")
        // ls opens the folder as 3; 7 is the one that was asked for.
        #expect(lines == ["0 1 2 3 7", "to-seven"])
    }

    @Test func descriptorsMaySwapPlaces() throws {
        let first = try Descriptor.pipe()
        let second = try Descriptor.pipe()
        let (a, b) = (first.write.rawValue, second.write.rawValue)
        let child = try ChildProcess(
            executable: "/bin/sh",
            arguments: ["-c", "echo second >/proc/self/fd/\(a); echo first >/proc/self/fd/\(b)"],
            environment: []
        ).spawn([a: b, b: a])
        #expect(try child.wait() == .exited(0))
        try first.write.close()
        try second.write.close()
        #expect(try first.read.readToEnd() == Array("first\n".utf8))
        #expect(try second.read.readToEnd() == Array("second\n".utf8))
    }

    @Test func saysWhetherAProcessIsEnding() throws {
        let child = try ChildProcess(executable: "/bin/sleep", arguments: ["1000"]).spawn()
        #expect(try !child.isEnding())
        try child.signal(SIGKILL)
        #expect(try child.wait() == .signaled(SIGKILL))
        #expect(try child.isEnding())
    }

    @Test func saysHowAChildEnded() throws {
        let child = try ChildProcess(executable: "/bin/sleep", arguments: ["1000"]).spawn()
        #expect(try child.wait(block: false) == nil)
        #expect(ProcessHandle.startTime(of: child.pid) != nil)
        try child.signal(SIGKILL)
        #expect(try child.wait() == .signaled(SIGKILL))
        #expect(ProcessHandle.startTime(of: child.pid) == nil)
    }

    @Test func missingProgram() {
        #expect(throws: SystemError(call: "posix_spawn", errno: ENOENT, subject: "/no/such/program")) {
            _ = try ChildProcess(executable: "/no/such/program", arguments: []).spawn()
        }
    }

    @Test func waitsForTheEndWithoutPolling() async throws {
        let child = try ChildProcess(executable: "/bin/cat", arguments: []).spawn()
        // Standard input is /dev/null: cat ends by itself.
        try await EventThread.shared.waitUntilReadable(child.descriptor.rawValue)
        #expect(try child.wait(block: false) == .exited(0))
    }

    @Test func waitingCanBeCancelled() async throws {
        let pipe = try Descriptor.pipe()
        let number = pipe.read.rawValue
        let waiting = Task { try await EventThread.shared.waitUntilReadable(number) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        // The descriptor can be waited for again.
        try pipe.write.writeAll([1])
        try await EventThread.shared.waitUntilReadable(number)
    }
}
