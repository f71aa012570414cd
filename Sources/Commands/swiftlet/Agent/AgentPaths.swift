import ArgumentParser

/// Where the agent keeps things; shared by `agent`, `reset` and `load`, which must agree.
struct AgentPaths: ParsableArguments {
    @Option(help: ArgumentHelp("What outlives a reboot: images, layers, volumes, pod records.", valueName: "dir"))
    var root = "/var/lib/swiftlet"

    @Option(help: ArgumentHelp("Sockets, namespaces, bundles: what a reboot takes away.", valueName: "dir"))
    var runRoot = "/run/swiftlet"

    @Option(help: ArgumentHelp("Logs of the containers.", valueName: "dir"))
    var logRoot = "/var/log/pods"

    @Option(help: ArgumentHelp("The cgroup under which pods have theirs.", valueName: "path"))
    var cgroupParent = "/swiftlet"

    var images: String { "\(root)/images" }
    var layers: String { "\(root)/layers" }
    var socket: String { "\(runRoot)/swiftlet.sock" }
    var readOnlySocket: String { "\(runRoot)/swiftlet-ro.sock" }
    /// State folder of the runtime: `<runtime>/<id>/state.json`.
    var runtime: String { "\(runRoot)/runtime" }
    var networks: String { "\(runRoot)/networks" }
    var lock: String { "\(runRoot)/agent.lock" }

    func validate() throws {
        for (name, path) in [("root", root), ("run-root", runRoot), ("log-root", logRoot)] {
            guard path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
                throw ValidationError("--\(name) must be an absolute path without \"..\": \(path)")
            }
            // overlayfs separates its lower directories by colons and its options by commas.
            guard !path.contains(where: { $0 == ":" || $0 == "," }) else {
                throw ValidationError("--\(name) must not hold a colon or a comma: \(path)")
            }
        }
        guard cgroupParent.hasPrefix("/"), cgroupParent != "/", !cgroupParent.split(separator: "/").contains("..") else {
            throw ValidationError("--cgroup-parent must be the path of a cgroup below the root: \(cgroupParent)")
        }
    }
}
