import Glibc
import JSONCoding
import Linux
import OCISpec
import TestSupport
import Testing

/// What of the runtime and of the host a hostile image could get at while its container begins.
@Suite(.needsPrivateHost) struct ExposureTests {
    private let fixture: ContainerFixture

    init() throws { fixture = try ContainerFixture() }

    /// CVE-2024-21626: a folder of the host that the runtime has open is a way to all of the host's files.
    @Test func descriptorsOfTheRuntimeLeadNowhere() throws {
        try fixture.write(fixture.spec(["/proc/self/fd/9/bin/busybox", "ls", "/"]))
        try #require(FileSystem.exists("/bin/busybox"))
        let outcome = try Command(
            "/bin/sh", "-c", "exec 9</; exec \"$@\"", "sh", TestBinaries.runtime, "--root", fixture.root, "run",
            "--bundle", fixture.bundle, fixture.id
        ).run()
        #expect(outcome.status == .exited(127), "\(outcome)")
        #expect(outcome.text.isEmpty)
    }

    /// CVE-2019-5736: through /proc/PID/exe a container's root could write the runtime's own file.
    @Test func theRuntimesFileCannotBeWritten() throws {
        try fixture.write(fixture.spec("true"))
        try Command(
            "/bin/sh", "-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", TestBinaries.runtime, "--root", fixture.root,
            "create", "--bundle", fixture.bundle, fixture.id
        ).run().checked()
        let pid = try #require(try fixture.state()["pid"]?.integerValue)
        var status = statvfs()
        try #require(statvfs("/proc/\(pid)/exe", &status) == 0)
        // ST_RDONLY
        #expect(status.f_flag & 1 != 0)
    }

    @Test func nothingSaidAboutCapabilitiesIsNone() throws {
        let outcome = try fixture.run("grep -E 'Cap(Eff|Bnd)' /proc/self/status") { $0.process?.capabilities = nil }
        #expect(outcome.text == "CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\n", "\(outcome)")
    }

    @Test func aProcessFileThatSaysNothingAboutCapabilitiesGetsTheContainers() throws {
        try fixture.start(fixture.spec("exec sleep 1000"))
        var process = RuntimeSpec.Process(args: ["/bin/sh", "-c", "grep -E 'Cap(Eff|Bnd)' /proc/self/status"])
        process.env = ["PATH=/bin"]
        try FileSystem.write(fixture.directory("process.json"), try JSON.encode(process))
        let outcome = try fixture.runtime("exec", "--process", fixture.directory("process.json"), fixture.id)
        #expect(outcome.text == "CapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\n", "\(outcome)")
    }

    @Test func aFIFOInPlaceOfTheUsersIsNotWaitedFor() throws {
        _ = try fixture.directory.makeDirectory("bundle/rootfs/etc")
        try #require(mkfifo(fixture.rootfs + "/etc/passwd", 0o644) == 0)
        try fixture.write(fixture.spec("echo $HOME"))
        let outcome = try Command(
            "/usr/bin/timeout", "10", TestBinaries.runtime, "--root", fixture.root, "run", "--bundle", fixture.bundle,
            fixture.id
        ).run()
        #expect(outcome.text == "/\n", "\(outcome)")
    }

    @Test func devicesAreNotMadeInAVolumeThatASymlinkOfTheImageNames() throws {
        let folder = try fixture.directory.makeDirectory("volume")
        _ = try fixture.directory.makeDirectory("bundle/rootfs/data")
        try FileSystem.makeSymbolicLink(at: fixture.rootfs + "/dev", to: "/data")
        let outcome = try fixture.run("true") {
            $0.mounts?.append(.init(destination: "/data", type: "bind", source: folder, options: ["rbind"]))
        }
        #expect(!outcome.succeeded)
        #expect(outcome.errorText.contains("/dev of the image"), "\(outcome)")
        #expect(try FileSystem.list(folder) == [])
    }
}
