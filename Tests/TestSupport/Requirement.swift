import CLinux
import Glibc
import Linux
import Testing

/// What a test needs of the machine it runs on.
public struct Requirement: Sendable {
    public let name: String
    /// Why it is not met; nil where it is.
    public let obstacle: String?
    private let isOptional: Bool

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

    /// A machine that is made for tests, with systemd as its init and all controllers on cgroup v2: tests use it as it is.
    /// `hack/vm test` has one, and says so by SWIFTLET_TEST_MACHINE=1; everywhere else these tests are left to it.
    public static let systemdMachine = Requirement("a systemd machine of its own (hack/vm test)", isOptional: true) {
        guard getenv("SWIFTLET_TEST_MACHINE").map({ String(cString: $0) }) == "1" else {
            return "SWIFTLET_TEST_MACHINE is not 1"
        }
        guard geteuid() == 0 else { return "not root" }
        return access("/run/systemd/system", F_OK) == 0 ? nil : "systemd is not the init"
    }

    /// - Parameter isOptional: another run has what it takes; this one need not.
    private init(_ name: String, isOptional: Bool = false, _ obstacle: () -> String?) {
        self.name = name
        self.isOptional = isOptional
        self.obstacle = obstacle()
        if let obstacle = self.obstacle {
            let end =
                Requirement.skipsNothing && !isOptional ? "and CI skips nothing: they will fail" : "they are skipped"
            Command.printError("tests that need \(name) cannot run here: \(obstacle); \(end)")
        }
    }

    /// Where `CI=true`, tests whose requirements are not met run all the same, and fail.
    public static let skipsNothing = getenv("CI").map { String(cString: $0) } == "true"

    /// Whether tests with this requirement run.
    public var isEnabled: Bool { obstacle == nil || (Requirement.skipsNothing && !isOptional) }
}

extension Trait where Self == ConditionTrait {
    /// For tests that need a private host: root, and namespaces.
    public static var needsPrivateHost: Self {
        .enabled("needs root and namespaces") { Requirement.privateHost.isEnabled }
    }

    /// For tests that use the machine's own systemd, journal and cgroups.
    public static var needsSystemdMachine: Self {
        .enabled("needs a systemd machine of its own: hack/vm test") { Requirement.systemdMachine.isEnabled }
    }
}
