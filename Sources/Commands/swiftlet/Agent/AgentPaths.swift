import ArgumentParser
import Glibc
import Linux

/// Where the agent keeps things; shared by `agent`, `reset` and `load`, which must agree.
struct AgentPaths: ParsableArguments {
    @Option(help: ArgumentHelp("What outlives a reboot: images, layers, volumes, pod records.", valueName: "dir"))
    var root = "/var/lib/swiftlet"

    @Option(help: ArgumentHelp("Sockets, namespaces, bundles: what a reboot takes away.", valueName: "dir"))
    var runRoot = "/run/swiftlet"

    @Option(help: ArgumentHelp("Logs of the containers.", valueName: "dir"))
    var logRoot = "/var/log/pods"

    @Option(help: ArgumentHelp("Who makes cgroups: auto, cgroupfs or systemd.", valueName: "driver"))
    var cgroupDriver = CgroupDriver.auto

    @Option(
        help: ArgumentHelp(
            "The cgroup under which pods have theirs; with systemd's driver a slice. (default: /swiftlet, swiftlet.slice)",
            valueName: "path"
        )
    )
    var cgroupParent: String?

    var images: String { "\(root)/images" }
    var layers: String { "\(root)/layers" }
    var socket: String { "\(runRoot)/swiftlet.sock" }
    var readOnlySocket: String { "\(runRoot)/swiftlet-ro.sock" }
    /// State folder of the runtime: `<runtime>/<id>/state.json`.
    var runtime: String { "\(runRoot)/runtime" }
    var networks: String { "\(runRoot)/networks" }
    var lock: String { "\(runRoot)/agent.lock" }

    mutating func validate() throws {
        for (name, path) in [("root", root), ("run-root", runRoot), ("log-root", logRoot)] {
            guard path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
                throw ValidationError("--\(name) must be an absolute path without \"..\": \(path)")
            }
        }
        root = Self.resolved(root)
        runRoot = Self.resolved(runRoot)
        logRoot = Self.resolved(logRoot)
        for (name, path) in [("root", root), ("run-root", runRoot), ("log-root", logRoot)] {
            // overlayfs separates its lower directories by colons and its options by commas.
            guard !path.contains(where: { $0 == ":" || $0 == "," }) else {
                throw ValidationError("--\(name) must not hold a colon or a comma: \(path)")
            }
        }
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
