import CLinux
import Glibc
import Linux
import Testing

/// What a test needs of the machine it runs on.
public struct Requirement: Sendable {
    public let name: String
    /// Why it is not met; nil where it is.
    public let obstacle: String?

    /// Root with the right to make mount, network, pid and cgroup namespaces.
    public static let privateHost = Requirement("a private host (root, namespaces)") {
        guard geteuid() == 0 else { return "not root" }
        do {
            try onFreshThread { try Namespace.unshare([.mount, .network, .cgroup]) }
            return nil
        } catch {
            return "\(error)"
        }
    }

    private init(_ name: String, _ obstacle: () -> String?) {
        self.name = name
        self.obstacle = obstacle()
        if let obstacle = self.obstacle {
            let end = Requirement.skipsNothing ? "and CI skips nothing: they will fail" : "they are skipped"
            Command.printError("tests that need \(name) cannot run here: \(obstacle); \(end)")
        }
    }

    /// Where `CI=true`, tests whose requirements are not met run all the same, and fail.
    public static let skipsNothing = getenv("CI").map { String(cString: $0) } == "true"

    /// Whether tests with this requirement run.
    public var isEnabled: Bool { obstacle == nil || Requirement.skipsNothing }
}

extension Trait where Self == ConditionTrait {
    /// For tests that need a private host: root, and namespaces.
    public static var needsPrivateHost: Self {
        .enabled("needs root and namespaces") { Requirement.privateHost.isEnabled }
    }
}
