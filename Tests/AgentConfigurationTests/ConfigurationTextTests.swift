import AgentConfiguration
import TestSupport
import Testing

/// The table of keys and the texts that are made of it.
@Suite struct ConfigurationTextTests {
    /// A file, read alone.
    private func load(_ text: String) throws -> AgentSettings {
        let world = try ConfigurationWorld()
        return try ConfigurationSources(file: try world.write("c.yaml", text), environment: [:]).load()
    }

    @Test func theDefaultFileSetsTheDefaults() throws {
        let text = ConfigurationText.standard()
        #expect(try load(text) == AgentSettings())
        // With every key's line made to count it says the same, each key from the file.
        let lines = text.split(separator: "\n").filter { line in
            // What is below a mapping is indented, what is in a list has a dash; sentences have one blank.
            line.first == "#"
                && (line.dropFirst().first?.isLetter == true || line.hasPrefix("#  ")
                    || line.hasPrefix("#- ") && line != "#- more.yaml")
        }
        let keys = lines.map { $0.dropFirst() }.filter { $0 != "include:" }
        let settings = try load(keys.joined(separator: "\n"))
        for key in ConfigurationKey.all {
            #expect(settings[key].value == key.standard, "\(key.name)")
            #expect(settings[key].origin != .standard, "\(key.name)")
            #expect(text.contains("# \(key.summary)\n") && text.contains(key.environmentVariable))
        }
    }

    @Test func everyLineFitsATerminal() {
        for line in ConfigurationText.standard().split(separator: "\n") { #expect(line.count <= 120, "\(line)") }
    }

    @Test func dumpReadsBack() throws {
        let settings = try load(
            """
            root: /srv/a b
            insecureRegistries: ["r.lan:5000", "[::1]:80", b]
            backoffBase: 1m200ms
            shutdownGracePeriod: 1h
            journalContainers: yes
            cgroupParent: a-b.slice
            cniPluginFolders: [/opt/x, /srv/y z]
            """
        )
        #expect(settings.cniPluginFolders == ["/opt/x", "/srv/y z"])
        #expect(settings.backoffBase == .milliseconds(60_200) && settings.shutdownGracePeriod == .seconds(3600))
        #expect(settings.insecureRegistries == ["r.lan:5000", "[::1]:80", "b"] && settings.journalContainers)
        for showsOrigins in [false, true] {
            let text = ConfigurationText.dump(settings, showsOrigins: showsOrigins)
            let again = try load(text)
            #expect(again.differences(from: settings) == [], "\(text)")
        }
        let dump = ConfigurationText.dump(settings, showsOrigins: true)
        #expect(dump.contains("logLevel: info  # default\n"))
        #expect(dump.contains("c.yaml:3\n") && dump.contains("shutdownGracePeriod: 1h  # "))
    }

    @Test func theManualHasEveryKey() {
        let lines = ConfigurationText.manual().split(separator: "\n").map(String.init)
        for key in ConfigurationKey.all {
            #expect(lines.contains(".B \(key.name)") && lines.contains { $0.contains(key.environmentVariable) })
        }
        #expect(lines.contains("Also: SWIFTLET_RUN_ROOT, \\-\\-run\\-root."))
        // Nothing else is taken for a request.
        let requests = Set(lines.filter { $0.hasPrefix(".") || $0.hasPrefix("'") }.map { $0.prefix { $0 != " " } })
        #expect(requests == [".TH", ".SH", ".br", ".PP", ".TP", ".B"])
    }

    @Test func namesAreOnce() {
        #expect(Set(ConfigurationKey.all.map(\.name)).count == ConfigurationKey.all.count)
        #expect(Set(ConfigurationKey.all.compactMap(\.flag)).count == ConfigurationKey.all.compactMap(\.flag).count)
        #expect(ConfigurationKey.runRoot.environmentVariable == "SWIFTLET_RUN_ROOT")
        // A key of this name would be set by the variable that names the file.
        #expect(!ConfigurationKey.all.contains { $0.environmentVariable == ConfigurationSources.environmentVariable })
    }
}
