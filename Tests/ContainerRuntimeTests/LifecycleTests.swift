import Glibc
import JSONCoding
import Linux
import OCISpec
import TestSupport
import Testing

@Suite(.needsPrivateHost) struct LifecycleTests {
    private let fixture: ContainerFixture

    init() throws { fixture = try ContainerFixture() }

    @Test func runGivesOutputAndExitStatus() throws {
        let outcome = try fixture.run("echo out; echo err >&2; exit 42")
        #expect(outcome.status == .exited(42))
        #expect(outcome.text == "out\n")
        #expect(outcome.errorText == "err\n")
        #expect(try fixture.isGone())
    }

    @Test func aSignalIsTold() throws {
        #expect(try fixture.run("trap '' TERM; kill -s KILL 1; ulimit -c 0; exec sh -c 'exit 5'").status == .exited(5))
    }

    @Test func createStartKillDelete() throws {
        try fixture.write(fixture.spec("touch /started; exec sleep 1000"))
        let create = "exec \"$@\" >/dev/null 2>&1 </dev/null"
        try Command(
            "/bin/sh",
            "-c",
            create,
            "sh",
            TestBinaries.runtime,
            "--root",
            fixture.root,
            "create",
            "--bundle",
            fixture.bundle,
            "--pid-file",
            fixture.directory("pid"),
            fixture.id
        ).run().checked()
        #expect(try fixture.state()["status"] == "created")
        #expect(!FileSystem.exists(fixture.rootfs + "/started"))
        let pid = try #require(Int32(try FileSystem.readText(fixture.directory("pid"))))
        #expect(try fixture.state()["pid"]?.integerValue == Int64(pid))

        try fixture.runtime("start", fixture.id).checked()
        #expect(try fixture.state()["status"] == "running")
        #expect(try fixture.runtime("start", fixture.id).errorText.contains("already running"))
        #expect(try fixture.runtime("delete", fixture.id).errorText.contains("not stopped: running"))
        #expect(try fixture.runtime("list", "--quiet").text == fixture.id + "\n")

        let process = try ProcessHandle(pid: pid)
        try fixture.runtime("kill", fixture.id, "KILL").checked()
        var interest = pollfd(fd: process.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        #expect(poll(&interest, 1, 10_000) == 1)
        #expect(try fixture.state()["status"] == "stopped")
        #expect(try fixture.runtime("kill", fixture.id, "TERM").errorText.contains("not running"))
        try fixture.runtime("delete", fixture.id).checked()
        #expect(try fixture.isGone())
        #expect(try fixture.runtime("state", fixture.id).errorText.contains("does not exist"))
        #expect(try fixture.runtime("delete", fixture.id).status == .exited(1))
        try fixture.runtime("delete", "--force", fixture.id).checked()
    }

    @Test func forcedDeletionKills() throws {
        try fixture.start(fixture.spec("sleep 1000 & exec sleep 1000"))
        #expect(
            try JSON.parse(try fixture.runtime("ps", "-f", "json", fixture.id).checked().output).arrayValue?.isEmpty
                == false
        )
        try fixture.runtime("delete", "-f", fixture.id).checked()
        #expect(try fixture.isGone())
    }

    @Test func pauseAndResume() throws {
        try fixture.start(fixture.spec("exec sleep 1000"))
        try fixture.runtime("pause", fixture.id).checked()
        #expect(try fixture.state()["status"] == "paused")
        #expect(try fixture.runtime("exec", fixture.id, "true").errorText.contains("paused"))
        try fixture.runtime("resume", fixture.id).checked()
        #expect(try fixture.state()["status"] == "running")
        try fixture.runtime("pause", fixture.id).checked()
        try fixture.runtime("delete", "--force", fixture.id).checked()
        #expect(try fixture.isGone())
    }

    @Test func anIdIsTakenOnce() throws {
        try fixture.start(fixture.spec("exec sleep 1000"))
        var other = fixture.spec("true")
        other.linux?.cgroupsPath = "/\(fixture.cgroupParent)/other"
        let outcome = try fixture.run(other)
        #expect(outcome.errorText.contains("already exists"))
        #expect(try fixture.state()["status"] == "running")
    }

    @Test func aCgroupWithOthersInItIsRefused() throws {
        try fixture.start(fixture.spec("exec sleep 1000"))
        let outcome = try fixture.runtime("run", "--bundle", fixture.bundle, fixture.id + "-2")
        #expect(outcome.errorText.contains("not empty"))
        #expect(try fixture.state()["status"] == "running")
    }

    @Test(arguments: ["../x", "a/b", "", ".hidden", "a b"]) func idsThatLeaveTheirFolderAreRefused(id: String) throws {
        try fixture.write(fixture.spec("true"))
        #expect(try fixture.runtime("run", "--bundle", fixture.bundle, id).status == .exited(1))
        #expect(try fixture.runtime("delete", "--force", id).status == .exited(1))
    }

    @Test func whatAKilledRuntimeLeftIsDeleted() throws {
        // Killed right after the folder was made.
        try FileSystem.makeDirectories("\(fixture.root)/\(fixture.id)")
        #expect(try fixture.state()["status"] == "creating")
        try fixture.runtime("delete", "--force", fixture.id).checked()
        #expect(try fixture.isGone())
    }

    @Test func hooksRunInOrderWithTheState() throws {
        let log = fixture.directory("log")
        func hook(_ name: String) -> RuntimeSpec.Hook {
            .init(
                path: "/bin/sh",
                args: ["sh", "-c", "echo \(name) $(tr -d '\\n' | grep -o '\"status\":\"[a-z]*\"') >> \(log)"],
                env: ["PATH=/usr/bin:/bin"]
            )
        }
        let outcome = try fixture.run("true") { spec in
            var hooks = RuntimeSpec.Hooks()
            hooks.prestart = [hook("prestart")]
            hooks.createRuntime = [hook("createRuntime")]
            hooks.createContainer = [hook("createContainer")]
            hooks.poststart = [hook("poststart")]
            hooks.poststop = [hook("poststop")]
            spec.hooks = hooks
        }
        #expect(outcome.succeeded, "\(outcome)")
        #expect(
            try FileSystem.readText(log).split(separator: "\n") == [
                "prestart \"status\":\"creating\"", "createRuntime \"status\":\"creating\"",
                "createContainer \"status\":\"creating\"", "poststart \"status\":\"running\"",
                "poststop \"status\":\"stopped\"",
            ]
        )
    }

    @Test func aFailingHookEndsTheCreation() throws {
        let outcome = try fixture.run("true") { spec in
            spec.hooks = .init()
            spec.hooks?.createRuntime = [.init(path: "/bin/false")]
        }
        #expect(outcome.errorText.contains("createRuntime hook failed with exit code 1: /bin/false"))
        #expect(try fixture.isGone())
    }
}
