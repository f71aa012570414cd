import AgentConfiguration
import Glibc
import Linux
import TestSupport
import Testing

/// Every way in which a configuration can be wrong.
@Suite struct ConfigurationProblemTests {
    @Test(arguments: [
        ("rot: /x", "1:1: rot: unknown key, did you mean \"root\"?"),
        ("\n  nonsenseOfMine: 1", "2:3: nonsenseOfMine: unknown key"),
        ("root: a/b", "1:7: root: \"a/b\" must be an absolute path without \"..\""),
        ("root: /a/../b", "1:7: root: \"/a/../b\" must be an absolute path without \"..\""),
        ("runRoot: /a,b", "1:10: runRoot: \"/a,b\" must not hold a colon or a comma"),
        ("manifests: ./here", "1:12: manifests: \"./here\" must be an absolute path"),
        ("netconf: \"\"", "1:10: netconf: an empty path names nothing"),
        ("helpers: \"/a\\0b\"", "1:10: helpers: a path must not hold a NUL character"),
        ("manifests: 5", "1:12: manifests: wants a string, not an integer"),
        ("root: ~", "1:7: root: wants a string, not null"),
        ("journalContainers: maybe", "1:20: journalContainers: wants true or false, not a string"),
        ("backoffBase: 10", "1:14: backoffBase: wants a duration such as 30s, 5m or 1h30m, not an integer"),
        ("backoffBase: 5m1h", "1:14: backoffBase: \"5m1h\" is no duration such as 30s, 5m or 1h30m"),
        ("backoffBase: 0s", "1:14: backoffBase: \"0s\" is out of range: wants a duration from 1ms to 1h"),
        (
            "shutdownGracePeriod: 61m",
            "1:22: shutdownGracePeriod: \"61m\" is out of range: wants a duration from 0s to 1h"
        ),
        ("podPidsLimit: 0", "1:15: podPidsLimit: \"0\" is out of range: wants a number from 1 to 4194304"),
        ("podPidsLimit: many", "1:15: podPidsLimit: wants a number, not a string"),
        ("shutdownGracePeriod: -5s", "1:22: shutdownGracePeriod: \"-5s\" is no duration such as 30s, 5m or 1h30m"),
        (
            "cgroupDriver: systemdd",
            "1:15: cgroupDriver: \"systemdd\" is not one of auto, cgroupfs, systemd, did you mean \"systemd\"?"
        ),
        ("cgroupParent: /", "1:15: cgroupParent: \"/\" is no path of a cgroup below the root"),
        ("cgroupParent: pods", "1:15: cgroupParent: \"pods\" is neither an absolute path nor the name of a slice"),
        ("insecureRegistries: a:5", "1:21: insecureRegistries: wants an array of strings, not a string"),
        ("insecureRegistries: [a, 'http://b']", "1:25: insecureRegistries: \"http://b\" is no host or host:port"),
        ("insecureRegistries: [a:0]", "1:22: insecureRegistries: \"a:0\" is no host or host:port"),
        ("cniPluginFolders: /a", "1:19: cniPluginFolders: wants an array of strings, not a string"),
        ("cniPluginFolders: [/a, b]", "1:24: cniPluginFolders: \"b\" must be an absolute path without a colon"),
        ("cniPluginFolders: ['/a:/b']", "1:20: cniPluginFolders: \"/a:/b\" must be an absolute path without a colon"),
        ("include: a.yaml", "1:10: include: wants an array of paths, not a string"),
        ("include: [3]", "1:11: include: wants the path of a file"),
        ("- root", "1:1: a configuration file is a mapping of keys, not an array"),
        ("root: /a\n---\nroot: /b", "3:1: a configuration file is one document"),
        ("root: /a\nroot: /b", "2:1: key \"root\" appears twice (first on line 1, column 1)"),
    ])
    func one(text: String, expected: String) throws {
        let world = try ConfigurationWorld()
        try world.write("c.yaml", text)
        #expect(world.problems("c.yaml") == ["c.yaml:\(expected)"])
    }

    @Test func driverAndParentFitTogether() throws {
        let world = try ConfigurationWorld()
        try world.write("etc/swiftlet/config.yaml", "cgroupParent: /pods\n")
        let place = "etc/swiftlet/config.yaml:1:1: cgroupParent"
        for (driver, problems) in [
            ("auto", []), ("cgroupfs", []),
            ("systemd", ["\(place): the systemd driver wants a slice's name, not \"/pods\""]),
        ] {
            #expect(world.problems(world.sources(flags: [ConfigurationFlag(.cgroupDriver, driver)])) == problems)
        }
        let environment = ["SWIFTLET_CGROUP_PARENT": "a.slice", "SWIFTLET_CGROUP_DRIVER": "cgroupfs"]
        #expect(
            world.problems(world.sources(environment: environment))
                == ["SWIFTLET_CGROUP_PARENT: the cgroupfs driver wants a path, not \"a.slice\""]
        )
    }

    @Test func allAtOnce() throws {
        let world = try ConfigurationWorld()
        try world.write("usr/lib/swiftlet/config.yaml", "rot: 1\nlogLevel: loud")
        try world.write("etc/swiftlet/config.d/b.yaml", "insecureRegistries:\n- 3\n- good:5000\n- 'b d'")
        try world.write("etc/swiftlet/config.d/a.yaml", "root: [")
        let flags = [ConfigurationFlag(.cgroupDriver, "none"), ConfigurationFlag(.backoffBase, "0ms")]
        let environment = ["SWIFTLET_JOURNAL_CONTAINERS": "yes", "SWIFTLET_ROOT": ""]
        let problems = world.problems(world.sources(environment: environment, flags: flags))
        let beginnings = [
            "usr/lib/swiftlet/config.yaml:1:1: rot: unknown key",
            "usr/lib/swiftlet/config.yaml:2:11: logLevel: \"loud\"",
            "etc/swiftlet/config.d/a.yaml:2:1: did not find",
            "etc/swiftlet/config.d/b.yaml:2:3: insecureRegistries: wants",
            "etc/swiftlet/config.d/b.yaml:4:3: insecureRegistries: \"b d\"",
            "SWIFTLET_JOURNAL_CONTAINERS: \"yes\" is neither true nor false",
            "--backoff-base-ms: \"0ms\" is out of range",
        ]
        for beginning in beginnings {
            #expect(problems.contains { $0.hasPrefix(beginning) }, "\(beginning): \(problems)")
        }
        #expect(problems.contains { $0.hasPrefix("--cgroup-driver: \"none\" is not one of") })
        #expect(problems.count == 8, "\(problems)")
    }

    @Test func filesThatCannotBeRead() throws {
        let world = try ConfigurationWorld()
        #expect(world.problems("none.yaml") == ["none.yaml: No such file or directory"])
        try world.write("text", "")
        #expect(world.problems("text/none.yaml") == ["text/none.yaml: Not a directory"])
        _ = try world.folder.makeDirectory("folder.yaml")
        #expect(world.problems("folder.yaml") == ["folder.yaml: is no regular file"])
        #expect(mkfifo(world.folder("fifo.yaml"), 0o600) == 0)
        #expect(world.problems("fifo.yaml") == ["fifo.yaml: is no regular file"])
        try world.write("large.yaml", [UInt8](repeating: UInt8(ascii: "#"), count: 262_145))
        #expect(world.problems("large.yaml") == ["large.yaml: larger than 262144 bytes"])
        try world.write("full.yaml", [UInt8](repeating: UInt8(ascii: "#"), count: 262_144))
        #expect(world.problems("full.yaml") == [])
        try world.write("latin.yaml", Array("root: /a\nlogRoot: /".utf8) + [0xE9, 0x0A])
        let latin = world.problems("latin.yaml")
        #expect(latin.count == 1 && latin[0].hasPrefix("latin.yaml:2:11: ") && latin[0].contains("UTF-8"), "\(latin)")
        for mode: mode_t in [0o664, 0o646] {
            let path = try world.write("open.yaml", "")
            #expect(chmod(path, mode) == 0)
            let problem = "others than its owner may write to it (mode 0\(String(mode, radix: 8)))"
            #expect(world.problems("open.yaml") == ["open.yaml: \(problem): take that away by chmod go-w"])
        }
    }

    @Test(.enabled(if: geteuid() == 0)) func filesOfOthers() throws {
        let world = try ConfigurationWorld()
        let path = try world.write("c.yaml", "")
        #expect(chown(path, 12345, 0) == 0)
        #expect(world.problems("c.yaml") == ["c.yaml: belongs to user 12345: only root may own it"])
    }
}
