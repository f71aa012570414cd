import CLinux
import Glibc
import Linux
import OCISpec

/// The attributes of a process that are neither who it is nor where: limits, scores, scheduling.
struct ProcessAttributes: Sendable {
    private let process: RuntimeSpec.Process
    private let limits: [(ResourceLimit, ResourceLimit.Values)]
    private let scheduling: SchedulingPlan?
    /// Where a process of `exec` begins and runs.
    let affinity: AffinityPlan
    private let ioClass: Int32?

    init(_ process: RuntimeSpec.Process) throws(RuntimeError) {
        self.process = process
        var limits: [(ResourceLimit, ResourceLimit.Values)] = []
        for limit in process.rlimits ?? [] {
            guard let resource = ResourceLimit(name: limit.type) else {
                throw RuntimeError(.invalidConfiguration, "process.rlimits has \"\(limit.type)\", which is no limit")
            }
            guard limit.soft <= limit.hard else {
                throw RuntimeError(.invalidConfiguration, "process.rlimits: \(limit.type) has soft above hard")
            }
            guard !limits.contains(where: { $0.0 == resource }) else {
                throw RuntimeError(.invalidConfiguration, "process.rlimits has \(limit.type) twice")
            }
            limits.append((resource, .init(soft: limit.soft, hard: limit.hard)))
        }
        self.limits = limits
        scheduling = try process.scheduler.map { given throws(RuntimeError) in try SchedulingPlan(given) }
        affinity = try AffinityPlan(process.execCPUAffinity)
        ioClass = try process.ioPriority.map { priority throws(RuntimeError) in
            switch priority.class {
            case "IOPRIO_CLASS_RT": return 1
            case "IOPRIO_CLASS_BE": return 2
            case "IOPRIO_CLASS_IDLE": return 3
            default:
                throw RuntimeError(
                    .invalidConfiguration,
                    "process.ioPriority.class \"\(priority.class)\" is not known"
                )
            }
        }
    }

    /// Applies the limits. Late, because they hold for the runtime's own work as well.
    func applyLimits(warn: (String) -> Void) throws(RuntimeError) {
        for (resource, values) in limits { try apply(resource, values, warn: warn) }
    }

    /// Applies the rest, while the calling process has the runtime's rights and the host's /proc.
    func apply(warn: (String) -> Void) throws(RuntimeError) {
        if let score = process.oomScoreAdj { try apply(oomScore: score, warn: warn) }
        try applyScheduling()
        if let profile = process.apparmorProfile, !profile.isEmpty, profile != "unconfined" {
            try apply(apparmor: profile)
        }
        if let label = process.selinuxLabel, !label.isEmpty {
            // Comes into force with the next exec; that the kernel has SELinux has been checked (`SpecLoader`).
            try step("set the SELinux label") { () throws(SystemError) in try ProcessFiles.write("attr/exec", label) }
        }
    }

    /// Without CAP_SYS_RESOURCE no hard limit can be raised; a container with a lower one runs as asked nearly always, and
    /// one that is not started never does.
    private func apply(
        _ resource: ResourceLimit,
        _ values: ResourceLimit.Values,
        warn: (String) -> Void
    ) throws(RuntimeError) {
        try step("limit \(resource.name)") { () throws(SystemError) in
            do throws(SystemError) { try resource.set(values) } catch  where error.errno == EPERM {
                let ceiling = try resource.current().hard
                try resource.set(.init(soft: min(values.soft, ceiling), hard: min(values.hard, ceiling)))
                warn("\(resource.name) is \(ceiling) instead of \(values.hard): no CAP_SYS_RESOURCE")
            }
        }
    }

    private func apply(oomScore score: Int, warn: (String) -> Void) throws(RuntimeError) {
        guard (-1000...1000).contains(score) else {
            throw RuntimeError(.invalidConfiguration, "process.oomScoreAdj \(score) is not within -1000 and 1000")
        }
        try step("set oom_score_adj") { () throws(SystemError) in
            do throws(SystemError) { try ProcessFiles.write("oom_score_adj", "\(score)") } catch
                where error.errno == EACCES || error.errno == EPERM
            {
                warn("oom_score_adj is not lowered to \(score): no CAP_SYS_RESOURCE")
            }
        }
    }

    private func applyScheduling() throws(RuntimeError) {
        try scheduling?.apply()
        if let ioClass {
            let level = process.ioPriority?.priority ?? 0
            guard (0...7).contains(level) else {
                throw RuntimeError(.invalidConfiguration, "process.ioPriority.priority \(level) is not within 0 and 7")
            }
            try step("set the I/O priority") { () throws(SystemError) in
                try retrying("ioprio_set") { clinux_ioprio_set(ioClass, level) }
            }
        }
    }

    /// The profile comes into force with the next exec.
    private func apply(apparmor profile: String) throws(RuntimeError) {
        guard FileSystem.exists("/sys/kernel/security/apparmor") else {
            throw RuntimeError(.unsupported, "process.apparmorProfile \"\(profile)\": AppArmor is not available")
        }
        try step("set the AppArmor profile") { () throws(SystemError) in
            do throws(SystemError) { try ProcessFiles.write("attr/apparmor/exec", "exec \(profile)") } catch
                where error.errno == ENOENT
            { try ProcessFiles.write("attr/exec", "exec \(profile)") }
        }
    }
}
