import PodSpec

/// The OCI runtime that a pod's `runtimeClassName` stands for.
package enum RuntimeHandler: Sendable, Hashable {
    /// The agent's own.
    case own
    /// The path of a program with runc's command line.
    case program(String)

    /// The name of the agent's own.
    package static let ownName = "swiftlet"

    /// Throws where nobody has told the agent what the name means.
    package init(
        of pod: Pod,
        by classes: ClusterClasses = ClusterClasses(),
        among runtimes: [String: String]
    ) throws(StepFailure) {
        guard let wanted = pod.spec.runtimeClassName, !wanted.isEmpty else {
            self = .own
            return
        }
        let name = classes.handler(of: wanted)
        if let program = runtimes[name] {
            self = .program(program)
        } else if name == Self.ownName {
            self = .own
        } else {
            let known = Set(runtimes.keys).union([Self.ownName]).sorted().joined(separator: ", ")
            let what = name == wanted ? "RuntimeClass \"\(wanted)\" not found" : "RuntimeClass \"\(wanted)\": handler \"\(name)\" not found"
            var failure = StepFailure(.runtimeClassNotFound, "\(what): the agent's configuration (runtimes) has \(known)")
            // A class that comes may stand for a handler that there is.
            failure.awaitsObjects = true
            throw failure
        }
        // Mapped mounts and pinned user namespaces are more than runtimes have in common.
        if case .program = self, pod.spec.hostUsers == false {
            throw StepFailure(.runtimeClassNotFound, "hostUsers: false is for the agent's own runtime only, not for \"\(name)\"")
        }
    }

    package var program: String? {
        if case .program(let path) = self { return path }
        return nil
    }
}
