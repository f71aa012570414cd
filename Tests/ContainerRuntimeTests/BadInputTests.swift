import Glibc
import JSONCoding
import Linux
import OCISpec
import TestSupport
import Testing

/// Callers that race, that are killed, and machines that are full: always a clear error, always nothing left.
@Suite(.needsPrivateHost) struct RuntimeBadInputTests {
    private let fixture: ContainerFixture

    init() throws { fixture = try ContainerFixture() }

    private func create(_ arguments: String...) -> Command {
        Command(
            ["/bin/sh", "-c", "exec \"$@\" >/dev/null 2>\(fixture.directory("errors")) </dev/null", "sh", TestBinaries.runtime,
             "--root", fixture.root, "create", "--bundle", fixture.bundle] + arguments
        )
    }

    @Test func ofTwoThatCreateOneIdOneWins() throws {
        try fixture.write(fixture.spec("exec sleep 1000"))
        for _ in 0..<5 {
            let script = """
                for n in 1 2 3 4; do "$@" >/dev/null 2>&1 </dev/null && echo made & done; wait
                """
            let outcome = try Command(
                "/bin/sh", "-c", script, "sh", TestBinaries.runtime, "--root", fixture.root, "create", "--bundle", fixture.bundle,
                fixture.id
            ).run()
            #expect(outcome.text == "made\n", "\(outcome)")
            #expect(try fixture.state()["status"] == "created")
            try fixture.runtime("delete", "--force", fixture.id).checked()
            #expect(try fixture.isGone())
        }
    }

    @Test func killedBetweenCreateAndStart() throws {
        try fixture.write(fixture.spec("touch /began"))
        try create(fixture.id).run().checked()
        let pid = try #require(try fixture.state()["pid"]?.integerValue)
        try fixture.runtime("kill", fixture.id, "KILL").checked()
        let deadline = Deadline(in: .seconds(20))
        while ProcessHandle.startTime(of: pid_t(pid)) != nil, !deadline.hasPassed { sched_yield() }
        #expect(try fixture.state()["status"] == "stopped")
        #expect(try fixture.runtime("start", fixture.id).errorText.contains("has stopped"))
        try fixture.runtime("delete", fixture.id).checked()
        #expect(try fixture.isGone())
        #expect(!FileSystem.exists(fixture.rootfs + "/began"))
    }

    @Test(arguments: ["", "{", "null", "{\"id\": 7}", "\0\0\0\0"]) func aBrokenStateIsSaidAndRemoved(text: String) throws {
        try fixture.start(fixture.spec("true"))
        let file = "\(fixture.root)/\(fixture.id)/state.json"
        try FileSystem.write(file, Array(text.utf8))
        let outcome = try fixture.runtime("state", fixture.id)
        #expect(outcome.status == .exited(1) && outcome.errorText.contains("state.json"), "\(outcome)")
        // The others are still listed.
        #expect(try fixture.runtime("list").succeeded)
        #expect(!(try fixture.runtime("delete", fixture.id).succeeded))
        try fixture.runtime("delete", "--force", fixture.id).checked()
        #expect(try fixture.isGone())
    }

    @Test func aConfigurationThatIsTooLarge() throws {
        try FileSystem.write(fixture.bundle + "/config.json", [UInt8](repeating: UInt8(ascii: " "), count: 17 << 20))
        let outcome = try fixture.runtime("run", "--bundle", fixture.bundle, fixture.id)
        #expect(outcome.status == .exited(1) && outcome.errorText.contains("config.json"), "\(outcome)")
        #expect(try fixture.isGone())
        try FileSystem.write(fixture.bundle + "/config.json", [])
        #expect(!(try fixture.runtime("run", "--bundle", fixture.bundle, fixture.id).succeeded))
        // A FIFO that nobody writes to, and a device without an end.
        for make in ["mkfifo \(fixture.bundle)/config.json", "ln -s /dev/zero \(fixture.bundle)/config.json"] {
            try Command("/bin/sh", "-c", "rm \(fixture.bundle)/config.json; \(make)").run().checked()
            let outcome = try Command(
                "/usr/bin/timeout", "20", TestBinaries.runtime, "--root", fixture.root, "run", "--bundle", fixture.bundle, fixture.id
            ).run()
            #expect(outcome.status == .exited(1), "\(make): \(outcome)")
        }
        #expect(try fixture.isGone())
    }

    /// The state folder is on a file system with room for `blocks` pages: one more of the creation's writes fails each time.
    @Test(arguments: 1...6) func aFullDisk(blocks: Int) throws {
        try fixture.write(fixture.spec("echo ran"))
        let state = try fixture.directory.makeDirectory("small")
        let script = """
            mount -t tmpfs -o size=$((\(blocks) * 4096)) tmpfs \(state) && "$@"; status=$?; ls -A \(state) | grep -v '^.seccomp$'; exit $status
            """
        let outcome = try Command(
            "/usr/bin/unshare", "--mount", "/bin/sh", "-c", script, "sh", TestBinaries.runtime, "--root", state, "run", "--bundle",
            fixture.bundle, fixture.id
        ).run()
        if outcome.succeeded {
            #expect(outcome.text == "ran\n", "\(outcome)")
        } else {
            #expect(outcome.errorText.contains("No space left on device"), "\(outcome)")
            #expect(outcome.text.isEmpty, "\(outcome)")
        }
        #expect(try fixture.isGone())
    }

    @Test func aRootThatIsNoFolder() throws {
        try Command("/bin/rm", "-r", fixture.rootfs).run().checked()
        for make in ["", "file"] {
            if !make.isEmpty { try FileSystem.write(fixture.rootfs, []) }
            let outcome = try fixture.run(fixture.spec("true"))
            #expect(outcome.status == .exited(1) && outcome.errorText.contains("rootfs"), "\(outcome)")
            #expect(try fixture.isGone())
        }
    }

    @Test func fieldsThatAreUnknownArePassedOver() throws {
        var tree = try JSON.parse(try JSON.encode(fixture.spec("echo ran")))
        guard case .object(var members) = tree.value else { return }
        members.append(.init(key: "x-nobody-knows", value: ["deep": [1, 2, 3]]))
        tree = JSONNode(.object(members))
        try FileSystem.write(fixture.bundle + "/config.json", JSON.serialize(tree))
        #expect(try fixture.runtime("run", "--bundle", fixture.bundle, fixture.id).text == "ran\n")
    }
}
