import AgentConfiguration
import TestSupport
import Testing

/// The settings of eviction: a mapping as the kubelet's in files, its flags' form elsewhere.
@Suite struct EvictionSettingsTests {
    @Test func mappingsAndTexts() throws {
        let world = try ConfigurationWorld()
        let file = try world.write(
            "c.yaml",
            """
            evictionHard: {memory.available: 200Mi, nodefs.available: 5%, pid.available: 100}
            evictionSoft:
              memory.available: 1Gi
            evictionSoftGracePeriod:
              memory.available: 1m30s
            evictionMaxPodGracePeriod: 60
            """
        )
        let settings = try ConfigurationSources(
            file: file,
            environment: ["SWIFTLET_EVICTION_MINIMUM_RECLAIM": "nodefs.available=500Mi,imagefs.available=2%"]
        ).load()
        // What is set replaces the defaults as a whole, as with the kubelet.
        #expect(
            settings.evictionHard == ["memory.available": "200Mi", "nodefs.available": "5%", "pid.available": "100"]
        )
        #expect(settings.evictionSoft == ["memory.available": "1Gi"])
        #expect(settings.evictionSoftGracePeriod == ["memory.available": .seconds(90)])
        #expect(settings.evictionMaxPodGracePeriod == .seconds(60))
        #expect(settings.evictionMinimumReclaim == ["nodefs.available": "500Mi", "imagefs.available": "2%"])
        let text = try ConfigurationSources(file: nil, environment: ["SWIFTLET_CONFIG": "/dev/null", "SWIFTLET_EVICTION_HARD": "memory.available<1Gi"]).load()
        #expect(text.evictionHard == ["memory.available": "1Gi"])
    }

    @Test func aSoftThresholdWithoutItsPeriod() throws {
        let world = try ConfigurationWorld()
        try world.write("c.yaml", "evictionSoft: {memory.available: 1Gi, nodefs.available: 5%}\nevictionSoftGracePeriod: {nodefs.available: 1m}\n")
        let problems = world.problems("c.yaml")
        #expect(problems.count == 1)
        #expect(
            problems.first?.hasSuffix("c.yaml:1:1: evictionSoft: memory.available needs a period in evictionSoftGracePeriod") == true,
            "\(problems)"
        )
    }

    @Test func everyErrorHasItsPlace() throws {
        let world = try ConfigurationWorld()
        try world.write(
            "c.yaml",
            """
            evictionHard:
              memory.availabel: 100Mi
              nodefs.available: 110%
              pid.available: [1]
            evictionSoft: 5
            evictionSoftGracePeriod: {memory.available: 1Mi}
            """
        )
        let problems = world.problems("c.yaml")
        #expect(
            problems.map { $0.prefix { $0 != "\"" } } == [
                "c.yaml:2:21: evictionHard: ", "c.yaml:3:21: evictionHard: ",
                "c.yaml:4:18: evictionHard: wants a value such as 100Mi or 10%, not an array",
                "c.yaml:5:15: evictionSoft: wants a mapping of signals such as memory.available, not an integer",
                "c.yaml:6:45: evictionSoftGracePeriod: ",
            ]
        )
        #expect(problems.first?.contains("memory.available") == true)
    }
}
