import AgentConfiguration
import TestSupport
import Testing

/// What is kept of containers that have ended: the kubelet's three figures.
@Suite struct DeadContainerSettingsTests {
    @Test func theirDefaultsAndValues() throws {
        let standard = AgentSettings()
        #expect(standard.maximumDeadContainers == nil && standard.maximumDeadContainersPerContainer == 1)
        #expect(standard.minimumContainerTTL == .zero)
        let world = try ConfigurationWorld()
        let file = try world.write(
            "c.yaml",
            "maximumDeadContainers: 100\nmaximumDeadContainersPerContainer: 3\nminimumContainerTTL: 1h30m\n"
        )
        let settings = try ConfigurationSources(file: file, environment: [:]).load()
        #expect(settings.maximumDeadContainers == 100 && settings.maximumDeadContainersPerContainer == 3)
        #expect(settings.minimumContainerTTL == .seconds(5400))
    }

    @Test(arguments: [
        "maximumDeadContainers: -1", "maximumDeadContainersPerContainer: 101", "minimumContainerTTL: 5", "minimumContainerTTL: -1s",
    ])
    func whatIsNoneIsRefused(line: String) throws {
        let world = try ConfigurationWorld()
        try world.write("c.yaml", line + "\n")
        let problems = world.problems("c.yaml")
        #expect(problems.count == 1 && problems[0].hasPrefix("c.yaml:1:"), "\(problems)")
    }
}
