import Linux
import OCISpec
import TestSupport
import Testing

/// Containers that are written down and made again by criu(8), on a kernel that Debian's criu works with.
@Suite(.needsSystemdMachine) struct CheckpointTests {
    private let fixture: ContainerFixture
    private var images: String { fixture.directory("images") }

    init() throws { fixture = try ContainerFixture() }

    /// Counts from the number in `/tmp/n` until it is told to end.
    private func startCounting(output: String = "/dev/null") throws {
        var spec = fixture.spec(
            "i=0; while [ ! -e /tmp/stop ]; do i=$((i+1)); echo line $i; echo $i >/tmp/n; sleep 0.05; done; exit 7"
        )
        spec.mounts?.removeAll { $0.destination == "/tmp" }
        try fixture.write(spec)
        _ = try fixture.directory.makeDirectory("bundle/rootfs/tmp")
        // A pipe is what podman and containerd give; criu has a new one put in its place.
        // In the background, with nothing that a `Command` would wait for the end of.
        let script = "{ \"$@\" | cat >\(output); } </dev/null >/dev/null 2>&1 &"
        let words = [TestBinaries.runtime, "--root", fixture.root, "run", "--detach", "--bundle", fixture.bundle, fixture.id]
        try Command(["/bin/sh", "-c", script, "sh"] + words).run().checked()
        try wait("the container to run") { (try? fixture.state()["status"]) == "running" }
    }

    private func count() -> Int {
        let text = try? FileSystem.readText("\(fixture.rootfs)/tmp/n")
        return text.flatMap { Int($0.prefix { $0 != "\n" }) } ?? 0
    }

    private func wait(_ what: String, until isSo: () throws -> Bool) throws {
        let deadline = Deadline(in: .seconds(20))
        while try !isSo() {
            if deadline.hasPassed { throw Missing(what: what) }
            _ = try Command("sleep", "0.05").run()
        }
    }

    private struct Missing: Error { var what: String }

    @Test func aContainerGoesOnWhereItWas() throws {
        try startCounting(output: fixture.directory("before"))
        try wait("numbers") { count() >= 3 }
        try fixture.runtime("checkpoint", "--image-path", images, fixture.id).checked()
        #expect(try fixture.state()["status"] == "stopped")
        let last = count()
        try fixture.runtime("delete", fixture.id).checked()
        #expect(try fixture.isGone())

        // What it writes now comes to whoever restores it, from the number at which it stopped.
        let words = [TestBinaries.runtime, "--root", fixture.root, "restore", "--image-path", images, "--bundle", fixture.bundle]
        let after = fixture.directory("after")
        try Command(
            ["/bin/sh", "-c", "{ { \"$@\"; echo status $?; } 2>&1 | cat >\(after); } </dev/null >/dev/null 2>&1 &", "sh"] + words + [fixture.id]
        ).run().checked()
        try wait("higher numbers") { count() >= last + 3 }
        #expect(try fixture.state()["status"] == "running")
        #expect(try fixture.runtime("exec", fixture.id, "hostname").checked().text == "box\n")
        #expect(try fixture.runtime("exec", fixture.id, "cat", "/proc/self/cgroup").checked().text == "0::/\n")
        let pid = try #require(try fixture.state()["pid"]?.integerValue)
        #expect(try FileSystem.readText("/proc/\(pid)/cgroup").contains(fixture.id))
        let status = try FileSystem.readText("/proc/\(pid)/status")
        #expect(status.contains("NoNewPrivs:\t1\n") && status.contains("Seccomp:\t2\n"), "\(status)")
        try FileSystem.write("\(fixture.rootfs)/tmp/stop", [])
        try wait("its end") { try FileSystem.readText(after).contains("status") }
        let lines = try FileSystem.readText(after).split(separator: "\n")
        #expect(lines.last == "status 7", "\(lines)")
        let numbers = lines.compactMap { $0.hasPrefix("line ") ? Int($0.dropFirst(5)) : nil }
        let earlier = try FileSystem.readText(fixture.directory("before")).split(separator: "\n").count
        #expect(numbers.first == earlier + 1, "\(earlier) lines before, \(numbers) after")
        try fixture.runtime("delete", "--force", fixture.id).checked()
        #expect(try fixture.isGone())
    }

    @Test func oneThatIsToGoOn() throws {
        try startCounting()
        try fixture.runtime("checkpoint", "--leave-running", "--image-path", images, fixture.id).checked()
        let seen = count()
        try wait("numbers afterwards") { count() > seen }
        #expect(try fixture.state()["status"] == "running")
        // There are two of one name only after the first is gone.
        let second = try fixture.runtime("restore", "--image-path", images, "--bundle", fixture.bundle, fixture.id)
        #expect(second.errorText.contains("already exists"), "\(second)")
        try fixture.runtime("delete", "--force", fixture.id).checked()
    }

    @Test func imagesThatAreNoneLeaveNothing() throws {
        try fixture.write(fixture.spec("sleep 1000"))
        _ = try fixture.directory.makeDirectory("images")
        let outcome = try fixture.runtime("restore", "--image-path", images, "--bundle", fixture.bundle, fixture.id)
        #expect(!outcome.succeeded)
        #expect(outcome.errorText.contains("criu restore ended with"), "\(outcome)")
        #expect(try fixture.isGone())
    }
}
