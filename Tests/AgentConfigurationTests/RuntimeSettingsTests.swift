import AgentConfiguration
import TestSupport
import Testing

/// Runtimes that pods may name.
@Suite struct RuntimeSettingsTests {
    @Test func mappingsAndTexts() throws {
        let world = try ConfigurationWorld()
        let file = try world.write("c.yaml", "runtimes:\n  runc: /usr/sbin/runc\n  kata.2: /opt/kata/bin/kata\n")
        let settings = try ConfigurationSources(file: file, environment: [:]).load()
        #expect(settings.runtimes == ["runc": "/usr/sbin/runc", "kata.2": "/opt/kata/bin/kata"])
        let text = try ConfigurationSources(
            file: nil,
            environment: ["SWIFTLET_CONFIG": "/dev/null", "SWIFTLET_RUNTIMES": "runc=/r,x=/y=z"]
        ).load()
        #expect(text.runtimes == ["runc": "/r", "x": "/y=z"])
    }

    @Test(arguments: ["Runc: /r", "runc: r", "runc: 1", "'': /r"])
    func whatIsNoNameOrNoPath(line: String) throws {
        let world = try ConfigurationWorld()
        try world.write("c.yaml", "runtimes: {\(line)}\n")
        #expect(world.problems("c.yaml").count == 1)
    }
}
