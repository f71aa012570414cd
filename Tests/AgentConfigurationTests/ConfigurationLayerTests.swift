import AgentConfiguration
import Glibc
import Linux
import TestSupport
import Testing

/// What counts of many sources, and what it is said to come from.
@Suite struct ConfigurationLayerTests {
    @Test func theStrongestCounts() throws {
        let world = try ConfigurationWorld()
        func all(_ names: [String], _ folder: String) -> String {
            names.map { "\($0): /\(folder)" }.joined(separator: "\n")
        }
        let keys = ["netconf", "manifests", "helpers", "logRoot", "runRoot", "root"]
        try world.write("usr/lib/swiftlet/config.yaml", all(keys, "vendor"))
        try world.write("usr/lib/swiftlet/config.d/z.yaml", all(Array(keys.dropFirst(1)), "vendor.d"))
        try world.write("etc/swiftlet/config.yaml", all(Array(keys.dropFirst(2)), "etc"))
        try world.write("etc/swiftlet/config.d/10.yaml", all(Array(keys.dropFirst(3)), "ten"))
        try world.write("etc/swiftlet/config.d/9.yaml", all(Array(keys.dropFirst(3)), "nine"))
        // Neither of these is one of the folder's files.
        try world.write("etc/swiftlet/config.d/99.yaml.bak", "nonsense: 1")
        try world.write("etc/swiftlet/config.d/.99.yaml", "nonsense: 1")
        let settings = try world.sources(
            environment: ["SWIFTLET_RUN_ROOT": "/env", "SWIFTLET_ROOT": "/env", "SWIFTLET_LOG_ROOT": ""],
            flags: [ConfigurationFlag(.root, "/flag")]
        ).load()
        #expect(settings.netconf == "/vendor")
        #expect(settings.manifests == "/vendor.d")
        #expect(settings.helpers == "/etc")
        #expect(settings.logRoot == "/nine")
        #expect(settings.runRoot == "/env")
        #expect(settings.root == "/flag")
        let root = world.folder.path
        let origins = keys.compactMap { ConfigurationKey.named($0) }.map { settings[$0].origin.description }
        #expect(
            origins == [
                "\(root)/usr/lib/swiftlet/config.yaml:1", "\(root)/usr/lib/swiftlet/config.d/z.yaml:1",
                "\(root)/etc/swiftlet/config.yaml:1", "\(root)/etc/swiftlet/config.d/9.yaml:1", "SWIFTLET_RUN_ROOT",
                "--root",
            ]
        )
        #expect(settings[.logLevel].origin == .standard)
    }

    @Test func oneFileOrNone() throws {
        let world = try ConfigurationWorld()
        let file = try world.write("c.yaml", "root: /file")
        let other = try world.write("d.yaml", "root: /other")
        let variable = ["SWIFTLET_CONFIG": file]
        #expect(try ConfigurationSources(file: nil, environment: variable).load().root == "/file")
        #expect(try ConfigurationSources(file: other, environment: variable).load().root == "/other")
        #expect(try ConfigurationSources(file: "/dev/null", environment: variable).load() == AgentSettings())
        let standard = ConfigurationSources(file: nil, environment: ["SWIFTLET_CONFIG": ""])
        #expect(standard.places == ConfigurationSources.standardPlaces())
    }

    @Test func includes() throws {
        let world = try ConfigurationWorld()
        try world.write("c/more/b.yaml", "root: /b\nrunRoot: /b\ninclude: [../d.yaml]")
        try world.write("c/d.yaml", "logRoot: /d\nrunRoot: /d")
        let absolute = try world.write("e.yaml", "logRoot: /e")
        // Read before the file's own keys, wherever the list stands; the later one wins; twice is no cycle.
        let path = try world.write("c/a.yaml", "root: /a\ninclude: [d.yaml, more/b.yaml, \(absolute)]")
        let settings = try ConfigurationSources(file: path, environment: [:]).load()
        #expect(settings.root == "/a" && settings.runRoot == "/b" && settings.logRoot == "/e")
    }

    @Test func badIncludes() throws {
        let world = try ConfigurationWorld()
        try world.write("a.yaml", "root: /a\ninclude:\n- none.yaml\n- b.yaml\n- open.yaml\n- bad.yaml")
        try world.write("b.yaml", "include: [link.yaml]")
        try FileSystem.makeSymbolicLink(at: world.folder("link.yaml"), to: "a.yaml")
        #expect(chmod(try world.write("open.yaml", ""), 0o666) == 0)
        try world.write("bad.yaml", "rot: 1")
        #expect(
            world.problems("a.yaml") == [
                "a.yaml:3:3: include: none.yaml: No such file or directory",
                "b.yaml:1:11: include: link.yaml: includes itself: a.yaml includes b.yaml includes link.yaml",
                "a.yaml:5:3: include: open.yaml: others than its owner may write to it (mode 0666): take that away by chmod go-w",
                "bad.yaml:1:1: rot: unknown key, did you mean \"root\"?",
            ]
        )
    }

    @Test func manyFiles() throws {
        let world = try ConfigurationWorld()
        // Doubles with each step: no cycle, and no end either.
        for step in 0..<20 { try world.write("\(step).yaml", "include: [\(step + 1).yaml, \(step + 1).yaml]") }
        try world.write("20.yaml", "")
        let problems = world.problems("0.yaml")
        #expect(problems.first?.contains("more than 256 files in one configuration") == true)
    }

    @Test func nullTakesBack() throws {
        let world = try ConfigurationWorld()
        try world.write("etc/swiftlet/config.yaml", "helpers: /a\ncgroupParent: my.slice")
        try world.write("etc/swiftlet/config.d/a.yaml", "helpers: null")
        let settings = try world.sources().load()
        #expect(settings.helpers == nil && settings.cgroupParent == "my.slice")
    }
}
