import CLinux
import Glibc
import Linux
import OCISpec

/// Who a process is: user, groups, capabilities. Names are resolved before anything is made.
struct ProcessIdentity: Sendable {
    let user: UInt32
    let group: UInt32
    let additionalGroups: [UInt32]
    let umask: mode_t
    let noNewPrivileges: Bool
    private let capabilities: CapabilityPlan
    /// Whether the groups of the caller stay, beside the additional ones.
    private let keepsGroups: Bool

    /// The five sets.
    private struct CapabilityPlan: Sendable {
        var bounding: Capabilities
        var effective: Capabilities
        var permitted: Capabilities
        var inheritable: Capabilities
        var ambient: Capabilities
    }

    init(_ process: RuntimeSpec.Process, keepsGroups: Bool = false) throws(RuntimeError) {
        self.keepsGroups = keepsGroups
        user = process.user?.uid ?? 0
        group = process.user?.gid ?? 0
        additionalGroups = process.user?.additionalGids ?? []
        umask = mode_t(process.user?.umask ?? 0o022) & 0o777
        noNewPrivileges = process.noNewPrivileges ?? false
        // A process of which nothing is said gets none, as with the other runtimes: it must not have the runtime's own.
        let sets = process.capabilities ?? RuntimeSpec.Process.Capabilities()
        capabilities = CapabilityPlan(
            bounding: try Self.parse(sets.bounding, "bounding"),
            effective: try Self.parse(sets.effective, "effective"),
            permitted: try Self.parse(sets.permitted, "permitted"),
            inheritable: try Self.parse(sets.inheritable, "inheritable"),
            ambient: try Self.parse(sets.ambient, "ambient")
        )
    }

    /// An unknown name is an error: dropping it silently could leave a process with other rights than were meant.
    private static func parse(_ names: [String]?, _ set: String) throws(RuntimeError) -> Capabilities {
        var result: Capabilities = []
        for name in names ?? [] {
            guard let capability = Capabilities(name: name) else {
                throw RuntimeError(
                    .invalidConfiguration,
                    "process.capabilities.\(set) has \"\(name)\", which is no capability"
                )
            }
            result.formUnion(capability)
        }
        return result
    }

    /// Takes the identity on, in the only order that works: the bounding set while CAP_SETPCAP is held, groups before
    /// the user, capabilities kept over the change of user and then cut down.
    ///
    /// - Parameter beforeCapabilities: runs with all rights still held.
    /// - Returns: capabilities that were asked for and that this process does not have to give.
    @discardableResult
    func assume(beforeCapabilities: () throws(RuntimeError) -> Void) throws(RuntimeError) -> [String] {
        try step("limit the bounding set") { () throws(SystemError) in
            try Capabilities.limitBounding(to: capabilities.bounding)
        }
        try beforeCapabilities()
        try step("change the user") { () throws(SystemError) in
            try retrying("prctl(PR_SET_KEEPCAPS)") { clinux_prctl(CLINUX_PR_SET_KEEPCAPS, 1, 0, 0, 0) }
            try setGroups()
            try retrying("setresgid", "\(group)") { clinux_setresgid(group) }
            try retrying("setresuid", "\(user)") { clinux_setresuid(user) }
            try retrying("prctl(PR_SET_KEEPCAPS)") { clinux_prctl(CLINUX_PR_SET_KEEPCAPS, 0, 0, 0, 0) }
        }
        Glibc.umask(umask)
        return try applyCapabilities()
    }

    private func setGroups() throws(SystemError) {
        var groups = additionalGroups
        if keepsGroups {
            var own = [gid_t](repeating: 0, count: 65536)
            let count = getgroups(Int32(own.count), &own)
            if count > 0 { groups += own[..<Int(count)].filter { !groups.contains($0) } }
        }
        // In a user namespace without rights over groups, having none to set must not fail.
        if clinux_setgroups(groups, UInt32(groups.count)) == -1 {
            let code = errno
            if code != EPERM || !additionalGroups.isEmpty { throw SystemError(call: "setgroups", errno: code) }
        }
    }

    private func applyCapabilities() throws(RuntimeError) -> [String] {
        try step("set the capabilities") { () throws(SystemError) in
            // A runtime that is itself confined can only pass on what it has.
            let held = try Capabilities.Sets.current().permitted
            let permitted = capabilities.permitted.intersection(held)
            let inheritable = capabilities.inheritable.intersection(held.union(capabilities.inheritable))
            try Capabilities.Sets(
                effective: capabilities.effective.intersection(permitted),
                permitted: permitted,
                inheritable: inheritable.intersection(held)
            ).apply()
            // The kernel wants ambient capabilities permitted and inheritable; the others are passed over, as runc does.
            try capabilities.ambient.intersection(permitted).intersection(inheritable).raiseAmbient()
            return capabilities.permitted.subtracting(held).names
        }
    }
}
