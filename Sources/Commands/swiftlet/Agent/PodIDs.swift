import AgentConfiguration
import Linux
import PodEngine

extension IDRange {
    /// The ids of pods with users of their own: those of the settings, or else those of kubelet in /etc/subuid, or else all but
    /// the host's own.
    static func ofPods(_ settings: AgentSettings) throws -> IDRange {
        if let range = settings.podIDs { return IDRange(first: range.first, count: range.count) }
        return try subordinate(users: read("/etc/subuid"), groups: read("/etc/subgid")) ?? EngineConfiguration.defaultPodIDs
    }

    private static func read(_ path: String) throws(SystemError) -> String {
        FileSystem.exists(path) ? try FileSystem.readText(path) : ""
    }
}
