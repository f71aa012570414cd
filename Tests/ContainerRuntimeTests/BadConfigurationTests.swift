import Glibc
import JSONCoding
import Linux
import OCISpec
import TestSupport
import Testing

/// A configuration that cannot work is refused with its reason, and nothing is left.
@Suite(.needsPrivateHost) struct BadConfigurationTests {
    private let fixture: ContainerFixture

    init() throws { fixture = try ContainerFixture() }

    private func expectRefusal(_ wanted: String, _ outcome: Command.Outcome) throws {
        #expect(outcome.status != .exited(0))
        #expect(outcome.errorText.contains(wanted), "\(outcome)")
        #expect(try fixture.isGone())
    }

    @Test(arguments: [
        ("", "config.json"), ("{", "config.json"), ("[]", "config.json"), ("{}", "ociVersion"),
        ("{\"ociVersion\": \"2.0\"}", "2.0"), ("{\"ociVersion\": 1}", "ociVersion"),
        ("{\"ociVersion\": \"1.0.0\", \"ociVersion\": \"1.0.0\"}", "ociVersion"),
        ("{\"ociVersion\": \"1.0.0\", \"root\": {\"path\": \"rootfs\"}}", "process"),
        (String(repeating: "[", count: 5000), "config.json"),
    ])
    func brokenFiles(text: String, wanted: String) throws {
        try FileSystem.write(fixture.bundle + "/config.json", Array(text.utf8))
        try expectRefusal(wanted, try fixture.runtime("run", "--bundle", fixture.bundle, fixture.id))
    }

    @Test func aMissingFile() throws {
        try expectRefusal("config.json", try fixture.runtime("run", "--bundle", fixture.bundle, fixture.id))
        try expectRefusal("/nosuch", try fixture.runtime("run", "--bundle", "/nosuch", fixture.id))
    }

    @Test func aMissingRoot() throws {
        try expectRefusal("/nosuch", try fixture.run("true") { $0.root?.path = "/nosuch" })
    }

    private struct Case: Sendable, CustomTestStringConvertible {
        var wanted: String
        var change: @Sendable (inout RuntimeSpec) -> Void
        var testDescription: String { wanted }

        init(_ wanted: String, _ change: @escaping @Sendable (inout RuntimeSpec) -> Void) {
            self.wanted = wanted
            self.change = change
        }
    }

    private static let cases: [Case] = [
        Case("CAP_NOSUCH") { $0.process?.capabilities?.effective = ["CAP_NOSUCH"] },
        Case("RLIMIT_NOSUCH") { $0.process?.rlimits = [.init(type: "RLIMIT_NOSUCH", soft: 1, hard: 1)] },
        Case("soft above hard") { $0.process?.rlimits = [.init(type: "RLIMIT_NOFILE", soft: 2, hard: 1)] },
        Case("RLIMIT_NOFILE twice") { spec in
            spec.process?.rlimits = [
                .init(type: "RLIMIT_NOFILE", soft: 1, hard: 1), .init(type: "RLIMIT_NOFILE", soft: 1, hard: 1),
            ]
        },
        Case("process.args is empty") { $0.process?.args = [] },
        Case("not absolute") { $0.process?.cwd = "relative" },
        Case("process.env") { $0.process?.env = ["NOEQUALS"] },
        Case("NUL") { $0.process?.args = ["a\0b"] },
        Case("twice") { $0.linux?.namespaces?.append(.init(.pid)) },
        Case("must have mount") { $0.linux?.namespaces?.removeAll { $0.type == .mount } },
        Case("uts namespace") { $0.linux?.namespaces?.removeAll { $0.type == .uts } },
        Case("/nosuch/ns") { $0.linux?.namespaces = [.init(.mount), .init(.uts), .init(.ipc, path: "/nosuch/ns")] },
        Case("has no source") { $0.mounts?.append(.init(destination: "/x", type: "bind")) },
        Case("/nosuch/source") { $0.mounts?.append(.init(destination: "/x", type: "bind", source: "/nosuch/source")) },
        Case("nosuchfs") { $0.mounts?.append(.init(destination: "/x", type: "nosuchfs")) },
        Case("nosuchoption") { $0.mounts?.append(.init(destination: "/x", type: "tmpfs", options: ["nosuchoption"])) },
        Case("destination \"x\" is not absolute") { $0.mounts?.append(.init(destination: "x", type: "tmpfs")) },
        Case("first of all mounts") { $0.mounts?.append(.init(destination: "/", type: "tmpfs")) },
        Case("cgroup path") { $0.linux?.cgroupsPath = "/a/../../b" },
        Case("systemd") { $0.linux?.cgroupsPath = "system.slice:swiftlet:x" },
        Case("pids.max") { $0.linux?.resources?.pids = .init(limit: .max) },
        Case("device access") { $0.linux?.resources?.devices = [.init(allow: true, access: "q")] },
        Case("needs major and minor") { $0.linux?.devices = [.init(.character, path: "/dev/x")] },
        Case("rootfsPropagation") { $0.linux?.rootfsPropagation = "nosuch" },
        Case("SCMP_ARCH_SH") { $0.linux?.seccomp?.architectures = [.sh] },
        Case("SCMP_ACT_NOTIFY") { $0.linux?.seccomp?.defaultAction = .notify },
        Case("intelRdt") { $0.linux?.intelRdt = .init() },
        Case("SELinux") { $0.process?.selinuxLabel = "a:b:c" },
        Case("oomScoreAdj") { $0.process?.oomScoreAdj = 5000 },
        Case("console socket") { spec in
            spec.process?.terminal = false
            spec.mounts?.append(.init(destination: "/x", type: "bind", source: "console socket"))
        },
    ]

    @Test(arguments: cases.indices) func contradictions(index: Int) throws {
        let one = Self.cases[index]
        try expectRefusal(one.wanted, try fixture.run("true", one.change))
    }

    @Test func commandsThatAreNotThere() throws {
        let missing = try fixture.run(fixture.spec(["nosuch"]))
        #expect(missing.status == .exited(127))
        try expectRefusal("exec: \"nosuch\": executable file not found in $PATH", missing)
        let path = try fixture.run(fixture.spec(["/no/such"]))
        #expect(path.status == .exited(127))
        try expectRefusal("no such file or directory", path)
        try FileSystem.write(fixture.rootfs + "/data", [1, 2, 3], mode: 0o644)
        let denied = try fixture.run(fixture.spec(["/data"]))
        #expect(denied.status == .exited(126))
        try expectRefusal("permission denied", denied)
        try FileSystem.write(fixture.rootfs + "/garbage", [1, 2, 3], mode: 0o755)
        let garbage = try fixture.run(fixture.spec(["/garbage"]))
        #expect(garbage.status == .exited(126))
        try expectRefusal("exec format error", garbage)
        try FileSystem.write(fixture.rootfs + "/script", Array("#!/no/such\n".utf8), mode: 0o755)
        #expect(try fixture.run(fixture.spec(["/script"])).status == .exited(127))
    }

    @Test func limitsThatCannotBeRaisedAreClamped() throws {
        let outcome = try fixture.run("ulimit -Hn") { spec in
            spec.process?.rlimits = [.init(type: "RLIMIT_NOFILE", soft: 64, hard: 1 << 30)]
        }
        #expect(outcome.succeeded || outcome.errorText.contains("RLIMIT_NOFILE"), "\(outcome)")
    }

    @Test func aLogInJSON() throws {
        let log = fixture.directory("log.json")
        let outcome = try Command(
            TestBinaries.runtime,
            "--root",
            fixture.root,
            "--log",
            log,
            "--log-format",
            "json",
            "start",
            "nosuch"
        ).run()
        #expect(!outcome.succeeded)
        let line = try JSON.parse(try FileSystem.read(log))
        #expect(line["level"] == "error")
        #expect(line["msg"]?.stringValue?.contains("does not exist") == true)
    }

    @Test func flagsThatAreNotServedAreRefused() throws {
        for arguments in [
            ["--cgroup-manager", "nosuch", "list"], ["--nosuch", "list"], ["nosuch"],
            ["checkpoint", "x"],
        ] {
            let outcome = try Command([TestBinaries.runtime] + arguments).run()
            #expect(outcome.status == .exited(1), "\(arguments)")
        }
    }

    @Test(arguments: [
        ("/a/b", "slice:prefix:name"), ("a.slice:b", "slice:prefix:name"), ("a.slice:b:", "makes no name"),
        ("a.slice:b:c/d", "makes no name"), ("a:b:c", "no name of a systemd slice"),
        ("-.slice:b:c", "between its dashes"),
    ])
    func pathsThatSystemdWouldNotTake(path: String, wanted: String) throws {
        var spec = fixture.spec(["true"])
        spec.linux?.cgroupsPath = path
        try fixture.write(spec)
        try expectRefusal(
            wanted,
            try fixture.runtime("--systemd-cgroup", "run", "--bundle", fixture.bundle, fixture.id)
        )
    }

    @Test func specAndFeaturesAreValid() throws {
        try fixture.runtime("spec", "--bundle", fixture.bundle).checked()
        _ = try JSON.decode(RuntimeSpec.self, from: try FileSystem.read(fixture.bundle + "/config.json"))
        let features = try JSON.decode(RuntimeFeatures.self, from: try fixture.runtime("features").checked().output)
        #expect(features.linux?.seccomp?.enabled == true)
        #expect(features.linux?.namespaces?.contains("time") == true)
    }
}
