import ImageStore
import OCISpec

/// What a stage is so far: its layers and what its image will say.
struct StageState: Sendable {
    var layers: [BuiltLayer]
    /// How many of them are the base's.
    var baseLayers: Int
    var configuration: ImageConfiguration
    var execution: ImageConfiguration.Execution
    var history: [ImageConfiguration.History]
    /// ARGs that the stage has declared, with their values.
    var arguments: [String: String] = [:]
    var hasOwnCommand = false
    /// When the newest layer was made (RFC 3339): what only says something has no time of its own, so that building it again
    /// gives the same image.
    var created: String

    var chainID: Digest? { layers.last?.chainID }
    var shell: [String] { execution.shell ?? ["/bin/sh", "-c"] }

    /// What nothing is made upon.
    init(scratch platform: Platform, created: String) {
        layers = []
        baseLayers = 0
        configuration = ImageConfiguration(platform: platform, rootfs: .init(diffIDs: []))
        execution = .init()
        execution.environment = [ContainerDefaults.path]
        history = []
        self.created = created
    }

    init(base: StoredImage, layers: [BuiltLayer], created: String) {
        self.layers = layers
        baseLayers = layers.count
        configuration = base.configuration
        execution = base.configuration.config ?? .init()
        if !(execution.environment ?? []).contains(where: { $0.hasPrefix("PATH=") }) {
            execution.environment = (execution.environment ?? []) + [ContainerDefaults.path]
        }
        history = base.configuration.history ?? []
        self.created = created
    }

    /// What an earlier stage has become, as a base.
    init(stage: StageState) {
        self = stage
        baseLayers = layers.count
        arguments = [:]
        hasOwnCommand = false
    }

    /// The value of a variable: ENV before ARG.
    func variable(_ name: String) -> String? {
        for entry in (execution.environment ?? []).reversed() where entry.hasPrefix("\(name)=") {
            return String(entry.dropFirst(name.count + 1))
        }
        return arguments[name]
    }

    mutating func setEnvironment(_ name: String, _ value: String) {
        var environment = execution.environment ?? []
        if let index = environment.firstIndex(where: { $0.hasPrefix("\(name)=") }) {
            environment[index] = "\(name)=\(value)"
        } else {
            environment.append("\(name)=\(value)")
        }
        execution.environment = environment
    }

    /// What a step's process sees: ARGs, and over them ENV.
    var stepEnvironment: [String] {
        let environment = execution.environment ?? []
        let names = Set(environment.map { String($0.prefix { $0 != "=" }) })
        return environment + arguments.filter { !names.contains($0.key) }.map { "\($0.key)=\($0.value)" }.sorted()
    }

    mutating func note(_ text: String, isEmpty: Bool) {
        history.append(.init(created: created, createdBy: text, emptyLayer: isEmpty ? true : nil))
    }
}
