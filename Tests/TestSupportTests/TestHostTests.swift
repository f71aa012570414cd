import Glibc
import Linux
import TestSupport
import Testing

@Suite(.needsPrivateHost) struct TestHostTests {
    @Test func hasItsOwnNetworkProcessesAndCgroups() async throws {
        let host = try await TestHost("own")
        let before = try await host.snapshot()
        #expect(before.sections["links"] == ["lo"])
        #expect(before.sections["firewall"] == [])
        let processes = before.sections["processes"] ?? []
        #expect(processes.count == 2, "\(processes)")
        try await host.run(
            "/bin/sh",
            "-c",
            """
            ip link add br0 type bridge
            mount -t tmpfs tmpfs /mnt
            nft add table inet x
            mkdir "$(find /sys/fs/cgroup -type d -name host | head -1)/x"
            sleep 1000 >/dev/null 2>&1 &
            """
        ).checked()
        let changes = try await host.snapshot().changes(since: before)
        for expected in [
            "+ links: br0", "+ mounts: /mnt", "+ firewall: table inet x {", "+ processes:    sleep 1000",
        ] { #expect(changes.contains(expected), "\(changes)") }
        #expect(changes.contains { $0.hasPrefix("+ cgroups:") && $0.hasSuffix("/x") }, "\(changes)")
        // None of it is the machine's.
        #expect(!FileSystem.exists("/sys/class/net/br0"))
        #expect(try MountTable.read().allSatisfy { $0.mountPoint != "/mnt" })
    }

    @Test func nothingIsLeftOfIt() async throws {
        let host = try await TestHost("left")
        let folder = try TemporaryDirectory()
        let process = try await host.start(Command("/bin/sleep", "1000"), output: folder("log"))
        #expect(process.isRunning)
        let cgroup = host.cgroup
        host.close()
        let status = try process.wait()
        #expect(status == ExitStatus.signaled(SIGKILL))
        let left = try Command("find", "/sys/fs/cgroup", "-name", cgroup).run().text
        #expect(left == "")
    }

    @Test func outcomesAndInput() async throws {
        let host = try await TestHost("run")
        let outcome = try await host.run("/bin/sh", "-c", "cat; echo no >&2; exit 3", input: Array("yes".utf8))
        #expect(outcome.text == "yes")
        #expect(outcome.errorText == "no\n")
        #expect(outcome.status == ExitStatus.exited(3))
        let slow = Command(["/bin/sleep", "1000"], deadline: .milliseconds(100))
        await #expect(throws: Command.TimedOut.self) { _ = try await host.run(slow) }
    }

    @Test func privateNetworkOfAThread() throws {
        let names = try inPrivateNetwork { try FileSystem.readText("/proc/thread-self/net/dev") }
        #expect(names.split(separator: "\n").count == 3, "two lines of headers and lo: \(names)")
    }
}
