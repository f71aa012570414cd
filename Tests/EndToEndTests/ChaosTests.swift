import Glibc
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Manifests come, change and go at random, and the agent is killed at any moment between.
    @Suite struct ChaosTests {
        /// More for a long night: `SWIFTLET_CHAOS_ROUNDS=500`.
        static let rounds = getenv("SWIFTLET_CHAOS_ROUNDS").flatMap { Int(String(cString: $0)) } ?? 12

        /// A pod with everything that has to be made and unmade. `version` makes it another one.
        static func pod(_ number: Int, version: Int) -> String {
            Manifest.pod(
                "chaos-\(number)",
                "echo \(version); trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done",
                image: AgentFixture.loadedImage,
                grace: 1,
                container: """
                    ports: [{containerPort: 80, hostPort: \(8700 + number)}]
                    volumeMounts: [{name: scratch, mountPath: /scratch}, {name: memory, mountPath: /memory}]
                    resources: {limits: {memory: 64Mi, cpu: 200m}}
                    """,
                spec: """
                    - name: other
                      image: \(AgentFixture.loadedImage)
                      command: [sh, -c, "\(number == 0 ? "exit 1" : "exec sleep 100000")"]
                      volumeMounts: [{name: scratch, mountPath: /scratch}]
                    initContainers:
                    - {name: before, image: "\(AgentFixture.loadedImage)", command: ["true"]}
                    volumes:
                    - {name: scratch, emptyDir: {}}
                    - {name: memory, emptyDir: {medium: Memory}}
                    """
            )
        }

        @Test func anything() async throws {
            let agent = try await CrashTests.freshAgent()
            try await agent.start()
            let before = try await agent.snapshot()
            let seed = getenv("SWIFTLET_CHAOS_SEED").flatMap { UInt64(String(cString: $0)) } ?? .random(in: 0 ... .max)
            var random = Seeded(state: seed)
            var versions: [Int: Int] = [:]
            for round in 0..<ChaosTests.rounds {
                for number in 0..<5 {
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0:
                        try agent.remove("\(number).yaml")
                        versions[number] = nil
                    case 1, 2:
                        try agent.put("\(number).yaml", ChaosTests.pod(number, version: round))
                        versions[number] = round
                    default: break
                    }
                }
                // Not to wait for something: a moment like any other.
                let delay = Int32.random(in: 0..<400, using: &random)
                try await agent.perform { _ = poll(nil, 0, delay) }
                if Int.random(in: 0..<3, using: &random) > 0 {
                    try await agent.kill()
                    try await agent.start()
                }
            }
            for (number, version) in versions {
                let name = "chaos-\(number)"
                let pod = try await agent.wait(for: name, .seconds(60), until: "running (seed \(seed))") {
                    $0.container("main")?.isRunning == true
                }
                // A changed manifest starts the container anew in the pod that it has; nothing else does.
                #expect((0..<Int64(ChaosTests.rounds)).contains(pod.container("main")?.restarts ?? -1), "seed \(seed)")
                expect(try await firstLine(of: name, like: "\(version)", agent), is: "\(version)", "seed \(seed)")
            }
            let processes = try await agent.host.snapshot().sections["processes"] ?? []
            let monitors = processes.filter { $0.contains("swiftlet-monitor ") && $0.contains("_main_") }
            #expect(monitors.count == versions.count, "seed \(seed): \(monitors)")
            try await agent.removeAll()
            let changes = try await agent.snapshot().changes(since: before)
            #expect(changes == [], "seed \(seed)")
            agent.host.close()
        }

        /// The first line of a pod's container. One that runs may be of the version before, and gone by the time that its log is
        /// asked for: then it is asked again, until the line is as hoped or time is up.
        private func firstLine(of name: String, like hoped: String, _ agent: AgentFixture) async throws -> String {
            let deadline = Deadline(in: .seconds(60))
            while true {
                do {
                    let line = try await agent.firstLogLine(name, container: "main")
                    if line == hoped || deadline.hasPassed { return line }
                } catch where !deadline.hasPassed {
                    try await agent.wait(for: name, .seconds(60)) { $0.container("main")?.isRunning == true }
                }
            }
        }

        /// SplitMix64: a run that found something can be had again, as far as time allows.
        private struct Seeded: RandomNumberGenerator {
            var state: UInt64

            mutating func next() -> UInt64 {
                state &+= 0x9E37_79B9_7F4A_7C15
                var mixed = state
                mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
                mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
                return mixed ^ (mixed >> 31)
            }
        }
    }
}
