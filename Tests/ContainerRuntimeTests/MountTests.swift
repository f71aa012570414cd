import Glibc
import Linux
import OCISpec
import TestSupport
import Testing

@Suite(.needsPrivateHost) struct MountTests {
    private let fixture: ContainerFixture

    init() throws { fixture = try ContainerFixture() }

    private func run(_ script: String, mounts: [RuntimeSpec.Mount]) throws -> Command.Outcome {
        try fixture.run(script) { $0.mounts?.append(contentsOf: mounts) }
    }

    @Test func bindMounts() throws {
        _ = try fixture.directory.makeDirectory("data/inner")
        try fixture.directory.write("data/file", "content")
        let outcome = try run(
            "cat /data/file /etc/single; touch /data/x 2>/dev/null || echo read-only; grep ' /data ' /proc/self/mountinfo | grep -o nosuid",
            mounts: [
                .init(
                    destination: "/data",
                    type: "bind",
                    source: fixture.directory("data"),
                    options: ["rbind", "ro", "nosuid"]
                ),
                .init(
                    destination: "/etc/single",
                    type: "bind",
                    source: fixture.directory("data/file"),
                    options: ["bind"]
                ),
            ]
        )
        #expect(outcome.text == "contentcontentread-only\nnosuid\n", "\(outcome)")
    }

    @Test func linksThatLeadNowhereYetAreFollowedInsideTheRoot() throws {
        let root = fixture.rootfs
        try fixture.directory.write("data-file", "content")
        _ = try fixture.directory.makeDirectory("data-folder")
        _ = try fixture.directory.makeDirectory("bundle/rootfs/etc")
        for (link, target) in [
            ("etc/dangling", "../run/resolve/stub"), ("absolute", "/opt/made"), ("out", "../../../../../../opt/out"),
            ("first", "second"), ("second", "opt/third"), ("loop", "loop"),
        ] { try FileSystem.makeSymbolicLink(at: "\(root)/\(link)", to: target) }
        func bind(_ name: String, _ destination: String) -> RuntimeSpec.Mount {
            .init(destination: destination, type: "bind", source: fixture.directory(name), options: ["bind"])
        }
        let outcome = try run(
            "cat /run/resolve/stub; cat /etc/dangling; ls -d /opt/made /opt/out/inner /opt/third; ls /first",
            mounts: [
                bind("data-file", "/etc/dangling"), bind("data-folder", "/absolute"),
                bind("data-folder", "/out/inner"), bind("data-folder", "/first"),
            ]
        )
        #expect(outcome.text == "contentcontent/opt/made\n/opt/out/inner\n/opt/third\n", "\(outcome)")
        #expect(FileSystem.exists("\(root)/opt/out/inner"))
        #expect(!FileSystem.exists("/opt/out"))
        #expect(try !run("true", mounts: [bind("data-folder", "/loop/x")]).succeeded)
    }

    @Test func theRootCanBeReadOnly() throws {
        let outcome = try fixture.run("touch /x 2>/dev/null || echo read-only; touch /dev/x && echo writable") { spec in
            spec.root?.readonly = true
        }
        // Mount points that the image lacks were made before.
        #expect(outcome.text == "read-only\nwritable\n", "\(outcome)")
    }

    @Test func aReadOnlyTmpfsIsFilledFirst() throws {
        let outcome = try run(
            "ls /box; touch /box/x 2>/dev/null || echo read-only",
            mounts: [
                .init(destination: "/box", type: "tmpfs", source: "tmpfs", options: ["ro", "size=1m"]),
                .init(destination: "/box/inner", type: "tmpfs", source: "tmpfs"),
            ]
        )
        #expect(outcome.text == "inner\nread-only\n", "\(outcome)")
    }

    @Test func tmpcopyupTakesWhatWasThere() throws {
        _ = try fixture.directory.makeDirectory("bundle/rootfs/var/deep")
        try fixture.directory.write("bundle/rootfs/var/deep/file", "kept")
        let outcome = try run(
            "cat /var/deep/file; rm /var/deep/file",
            mounts: [.init(destination: "/var", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup"])]
        )
        #expect(outcome.text == "kept", "\(outcome)")
        #expect(FileSystem.exists(fixture.rootfs + "/var/deep/file"))
    }

    @Test func anOverlayRootIsNeverOnTheHost() throws {
        for name in ["upper", "work", "empty/rootfs"] { _ = try fixture.directory.makeDirectory(name) }
        var spec = fixture.spec(
            "echo made > /made; head -1 /proc/self/mountinfo | cut -d' ' -f5; cat /proc/1/mountinfo | wc -l"
        )
        spec.root = .init(path: fixture.directory("empty/rootfs"))
        spec.mounts?.insert(
            .init(
                destination: "/",
                type: "overlay",
                source: "overlay",
                options: [
                    "lowerdir=\(fixture.rootfs)", "upperdir=\(fixture.directory("upper"))",
                    "workdir=\(fixture.directory("work"))",
                ]
            ),
            at: 0
        )
        let before = try MountTable.read().count
        let outcome = try fixture.run(spec)
        #expect(outcome.succeeded, "\(outcome)")
        #expect(try FileSystem.readText(fixture.directory("upper/made")) == "made")
        #expect(try MountTable.read().count == before)
        #expect(try FileSystem.list(fixture.directory("empty/rootfs")).isEmpty)
    }

    @Test func anOverlayOfManyLayers() throws {
        // More than a page of mount options.
        var layers: [String] = []
        for index in 0..<60 {
            layers.append(try fixture.directory.makeDirectory("layer-\(index)-" + String(repeating: "x", count: 80)))
        }
        _ = try fixture.directory.makeDirectory("empty/rootfs")
        var spec = fixture.spec("echo fine")
        spec.root = .init(path: fixture.directory("empty/rootfs"))
        let lower = (layers + [fixture.rootfs]).joined(separator: ":")
        for name in ["upper", "work"] { _ = try fixture.directory.makeDirectory(name) }
        spec.mounts?.insert(
            .init(
                destination: "/",
                type: "overlay",
                options: [
                    "lowerdir=\(lower)", "upperdir=\(fixture.directory("upper"))",
                    "workdir=\(fixture.directory("work"))",
                ]
            ),
            at: 0
        )
        #expect(try fixture.run(spec).text == "fine\n")
    }

    /// What an image may have in the place of a mount point.
    @Test(arguments: ["/../../../../../../..", "..", "/proc/1/root", "/proc/self/cwd/../../.."])
    func noSymlinkLeadsOut(prefix: String) throws {
        let outside = try fixture.directory.makeDirectory("outside")
        try FileSystem.makeSymbolicLink(at: fixture.rootfs + "/escape", to: prefix + outside)
        try fixture.directory.write("secret", "mounted")
        let outcome = try run(
            "true",
            mounts: [
                .init(destination: "/escape/here", type: "bind", source: fixture.directory("secret"), options: ["bind"])
            ]
        )
        _ = outcome
        #expect(try FileSystem.list(outside).isEmpty)
    }

    @Test func aLinkInPlaceOfProcIsFollowedInsideOnly() throws {
        let outside = try fixture.directory.makeDirectory("outside")
        try FileSystem.makeSymbolicLink(at: fixture.rootfs + "/proc", to: outside)
        try FileSystem.makeSymbolicLink(at: fixture.rootfs + "/sys", to: "/../.." + outside)
        _ = try fixture.run("true")
        #expect(try FileSystem.list(outside).isEmpty)
    }

    @Test func nothingIsMountedInProc() throws {
        try fixture.directory.write("fake", "x")
        for destination in ["/proc/self/attr", "/proc/sys/kernel/hostname", "/proc/1"] {
            let outcome = try run(
                "true",
                mounts: [
                    .init(destination: destination, type: "bind", source: fixture.directory("fake"), options: ["bind"])
                ]
            )
            #expect(outcome.errorText.contains("/proc"), "\(destination): \(outcome)")
        }
        try FileSystem.makeSymbolicLink(at: fixture.rootfs + "/sneaky", to: "/proc/sys")
        let sneaky = try run(
            "true",
            mounts: [.init(destination: "/sneaky/kernel", type: "tmpfs", source: "tmpfs")]
        )
        #expect(sneaky.errorText.contains("/proc"), "\(sneaky)")
        let allowed = try run(
            "cat /proc/uptime",
            mounts: [
                .init(destination: "/proc/uptime", type: "bind", source: fixture.directory("fake"), options: ["bind"])
            ]
        )
        #expect(allowed.text == "x", "\(allowed)")
    }

    @Test func aFakeNullDeviceMasksNothing() throws {
        // The image's own /dev/null is a file full of secrets of the attacker's choice: masks are of the host's device.
        _ = try fixture.directory.makeDirectory("bundle/rootfs/dev")
        try fixture.directory.write("bundle/rootfs/dev/null", "fake")
        let outcome = try fixture.run("cat /proc/timer_list | wc -c; stat -c %t:%T /proc/timer_list")
        #expect(outcome.text == "0\n1:3\n", "\(outcome)")
    }

    @Test func propagationIsAsAsked() throws {
        let outcome = try run(
            "grep ' /shared ' /proc/self/mountinfo | grep -c shared:",
            mounts: [
                .init(
                    destination: "/shared",
                    type: "bind",
                    source: fixture.directory.path,
                    options: ["rbind", "rshared"]
                )
            ]
        )
        #expect(outcome.text == "1\n", "\(outcome)")
    }

    @Test func theWorkingDirectoryIsMadeAndChecked() throws {
        #expect(try fixture.run("pwd") { $0.process?.cwd = "/made/for/me" }.text == "/made/for/me\n")
        try FileSystem.makeSymbolicLink(at: fixture.rootfs + "/fd", to: "/proc/self/fd/3")
        #expect(try fixture.run("pwd") { $0.process?.cwd = "/fd" }.succeeded == false)
    }
}
