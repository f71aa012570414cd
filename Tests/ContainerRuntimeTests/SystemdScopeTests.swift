import Linux
import OCISpec
import TestSupport
import Testing

/// `--systemd-cgroup`, as podman and cri-o call a runtime on a machine of systemd's.
@Suite(.needsSystemdMachine) struct SystemdScopeTests {
    private let fixture: ContainerFixture
    private var scope: String { "rt-\(fixture.id).scope" }

    init() throws { fixture = try ContainerFixture() }

    private func spec(_ script: String) -> RuntimeSpec {
        var spec = fixture.spec(script)
        spec.linux?.cgroupsPath = "swiftlet-test.slice:rt:\(fixture.id)"
        spec.linux?.resources?.memory = .init()
        spec.linux?.resources?.memory?.limit = 64 << 20
        spec.linux?.resources?.pids = .init(limit: 33)
        return spec
    }

    private func property(_ name: String) throws -> String {
        let text = try Command("systemctl", "show", "--value", "--property", name, scope).run().checked().text
        return String(text.prefix { $0 != "\n" })
    }

    private func runtime(_ arguments: String...) throws -> Command.Outcome {
        // The container keeps the streams of its maker, whose end a `Command` waits for.
        try Command(
            ["/bin/sh", "-c", "exec \"$@\" >\"$0\" 2>&1 </dev/null", fixture.directory("output"), TestBinaries.runtime]
                + ["--root", fixture.root, "--systemd-cgroup"] + arguments
        ).run()
    }

    @Test func theContainerIsInAScopeOfItsOwn() throws {
        try fixture.write(spec("exec sleep 1000"))
        try runtime("run", "--detach", "--bundle", fixture.bundle, fixture.id).checked()
        let path = "/swiftlet.slice/swiftlet-test.slice/\(scope)"
        #expect(try property("ActiveState") == "active")
        #expect(try property("Slice") == "swiftlet-test.slice")
        #expect(try property("Delegate") == "yes")
        #expect(try property("ControlGroup") == path)
        let pid = try #require(try fixture.state()["pid"]?.integerValue)
        #expect(try FileSystem.readText("/proc/\(pid)/cgroup") == "0::\(path)/container")
        #expect(try FileSystem.readText("/sys/fs/cgroup\(path)/container/memory.max") == "\(64 << 20)")
        #expect(try FileSystem.readText("/sys/fs/cgroup\(path)/container/pids.max") == "33")
        #expect(!FileSystem.exists("/sys/fs/cgroup\(path)/launch"))
        let inside = try fixture.runtime("exec", fixture.id, "cat", "/proc/self/cgroup").checked().text
        #expect(inside == "0::/\n")
        // systemd reads its units anew, and leaves what is delegated alone.
        try Command("systemctl", "daemon-reload").run().checked()
        #expect(try FileSystem.readText("/sys/fs/cgroup\(path)/container/memory.max") == "\(64 << 20)")
        try runtime("delete", "--force", fixture.id).checked()
        #expect(!FileSystem.exists("\(fixture.root)/\(fixture.id)"))
        try waitUntilGone()
    }

    @Test func aContainerThatIsMadeAndStartedLater() throws {
        try fixture.write(spec("exec sleep 1000"))
        try runtime("create", "--bundle", fixture.bundle, fixture.id).checked()
        #expect(try fixture.state()["status"] == "created")
        try runtime("start", fixture.id).checked()
        #expect(try fixture.state()["status"] == "running")
        try runtime("delete", "--force", fixture.id).checked()
        try waitUntilGone()
    }

    @Test func nothingIsLeftOfOneThatCannotBeMade() throws {
        var spec = spec("true")
        spec.mounts?.append(.init(destination: "/x", type: "bind", source: "/nosuch/source"))
        try fixture.write(spec)
        let outcome = try runtime("run", "--bundle", fixture.bundle, fixture.id)
        #expect(!outcome.succeeded)
        #expect(try FileSystem.readText(fixture.directory("output")).contains("/nosuch/source"))
        try waitUntilGone()
    }

    @Test func aUnitOfThatNameIsSomebodyElses() throws {
        try fixture.write(spec("exec sleep 1000"))
        try runtime("run", "--detach", "--bundle", fixture.bundle, fixture.id).checked()
        let second = try runtime("run", "--bundle", fixture.bundle, fixture.id + "-2")
        #expect(!second.succeeded)
        #expect(try FileSystem.readText(fixture.directory("output")).contains(scope))
        #expect(try fixture.state()["status"] == "running")
        try runtime("delete", "--force", fixture.id).checked()
        try waitUntilGone()
    }

    /// systemd removes a scope a moment after its last process.
    private func waitUntilGone() throws {
        let deadline = Deadline(in: .seconds(20))
        while try property("LoadState") != "not-found" {
            guard !deadline.hasPassed else {
                Issue.record("\(scope) is still there")
                return
            }
        }
    }
}
