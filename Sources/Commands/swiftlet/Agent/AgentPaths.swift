import AgentConfiguration
import Glibc
import Linux

/// Where the agent keeps things, as the configuration says; `agent`, `reset` and `load` must agree.
struct AgentPaths: Sendable {
    /// What outlives a reboot.
    let root: String
    /// What a reboot takes away.
    let runRoot: String
    let logRoot: String
    let cgroupDriver: CgroupDriver
    let cgroupParent: String?
    /// Where programs of CNI are looked for.
    let pluginFolders: [String]

    var images: String { "\(root)/images" }
    var layers: String { "\(root)/layers" }
    var socket: String { "\(runRoot)/swiftlet.sock" }
    var readOnlySocket: String { "\(runRoot)/swiftlet-ro.sock" }
    /// State folder of the runtime: `<runtime>/<id>/state.json`.
    var runtime: String { "\(runRoot)/runtime" }
    var networks: String { "\(runRoot)/networks" }
    /// What programs of CNI were asked, which keep some of it themselves.
    var plugins: String { "\(root)/cni" }
    /// What the name server reads.
    var names: String { "\(runRoot)/names" }
    var lock: String { "\(runRoot)/agent.lock" }

    init(_ settings: AgentSettings) throws(ConfigurationErrors) {
        var problems: [ConfigurationProblem] = []
        func resolved(_ key: ConfigurationKey, _ path: String) -> String {
            let path = Self.resolved(path)
            // overlayfs separates its lower directories by colons and its options by commas; a symlink may lead to one.
            if path.contains(where: { $0 == ":" || $0 == "," }) {
                problems.append(
                    ConfigurationProblem(settings[key], key: key, "\"\(path)\" must not hold a colon or a comma")
                )
            }
            return path
        }
        root = resolved(.root, settings.root)
        runRoot = resolved(.runRoot, settings.runRoot)
        logRoot = resolved(.logRoot, settings.logRoot)
        cgroupDriver = settings.cgroupDriver
        cgroupParent = settings.cgroupParent
        pluginFolders = settings.cniPluginFolders
        guard problems.isEmpty else { throw ConfigurationErrors(problems) }
    }

    /// The path without symlinks, as far as it is there. The kernel lists mounts by such paths: what was mounted below
    /// another name would not be found again, and its pod would never go.
    private static func resolved(_ path: String) -> String {
        var existing = "/" + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
        var missing = ""
        while existing != "/" {
            if let real = realpath(existing, nil) {
                defer { free(real) }
                let base = String(cString: real)
                return base == "/" && !missing.isEmpty ? missing : base + missing
            }
            let (directory, name) = FileSystem.split(existing)
            missing = "/\(name)" + missing
            existing = directory
        }
        return missing.isEmpty ? "/" : missing
    }
}
