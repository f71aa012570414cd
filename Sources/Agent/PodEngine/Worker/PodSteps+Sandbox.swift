import Linux
import Logging
import PodSpec

extension PodSteps {
    /// Which network a pod wants, where it is not the default one.
    private static let networkAnnotation = "swiftlet/network"

    /// Cgroup and namespaces at the same time, then the network, then the files that name its address.
    func prepareSandbox(_ lifecycle: PodLifecycle) async -> PodEvent {
        do {
            try refuseForbiddenSysctls()
            async let cgroup: Void = makeCgroup(lifecycle.resizing.granted)
            try FileSystem.makeDirectories(paths.run, mode: 0o711)
            let usesHostNetwork = pod.spec.hostNetwork ?? false
            try await rooms.namespaces.create(
                pod.spec.ownNamespaces,
                in: paths.namespaces,
                hostname: try PodHostname.checkedNodename(of: pod, node: context.configuration.node)
            )
            FailPoint.namespacesMade.pass()
            var network: PodNetworkState?
            if !usesHostNetwork {
                network = try await rooms.networks.setUp(networkRequest)
                FailPoint.networkReady.pass()
            }
            if pod.spec.ownNamespaces.contains(.ipc) {
                try VolumeMounter(paths: paths, mounts: rooms.mounts).prepareSharedMemory()
            }
            let files = SandboxFiles(pod: pod, network: network, node: context.configuration.node)
            let omitted = try files.write(to: paths.etc)
            if !omitted.isEmpty {
                let names: Logger.MetadataValue = "\(omitted.joined(separator: ", "))"
                context.logger.warning("more DNS settings than a resolver takes", metadata: ["pod": "\(desired.key)", "omitted": names])
            }
            try await cgroup
            if pod.spec.sharesProcesses { try await startInit() }
            FailPoint.sandboxReady.pass()
            return .sandboxReady(network)
        } catch let failure as SandboxFailure where failure.kind == .hostPortConflict {
            return .sandboxFailed(StepFailure(.hostPortConflict, failure.message))
        } catch let failure as StepFailure {
            return .sandboxFailed(failure)
        } catch {
            return .sandboxFailed(StepFailure(.failedCreatePodSandBox, "\(error)"))
        }
    }

    /// What could do harm to the machine or other pods has to be allowed by the agent's configuration.
    private func refuseForbiddenSysctls() throws(StepFailure) {
        let allowed = context.configuration.allowedUnsafeSysctls
        for sysctl in pod.spec.securityContext?.sysctls ?? [] {
            let parameter = KernelParameter(sysctl.name)
            if parameter.isSafe || allowed.contains(where: parameter.matches) { continue }
            throw StepFailure(.sysctlForbidden, "forbidden sysctl: \"\(sysctl.name)\" not allowlisted")
        }
    }

    private func makeCgroup(_ granted: PodAllocation) async throws(SandboxFailure) {
        let limits = PodCgroupLimits(granted.granted(to: pod), on: context.configuration.node)
        try await rooms.cgroups.create(podUID: paths.uid, limits: limits)
        FailPoint.cgroupMade.pass()
    }

    private var hostname: String { PodHostname.hostname(of: pod, node: context.configuration.node) }

    private var networkRequest: PodNetworkRequest {
        var ports: [PodPortMapping] = []
        for port in (pod.spec.initContainers + pod.spec.containers).flatMap(\.ports) {
            guard let hostPort = port.hostPort else { continue }
            let transport: PodPortMapping.TransportProtocol
            switch port.protocol {
            case .tcp: transport = .tcp
            case .udp: transport = .udp
            case .sctp: transport = .sctp
            }
            let mapping = PodPortMapping(
                hostPort: hostPort,
                containerPort: port.containerPort,
                transport: transport,
                hostIP: port.hostIP
            )
            // Two containers may name the same port of the pod.
            if !ports.contains(mapping) { ports.append(mapping) }
        }
        return PodNetworkRequest(
            podUID: paths.uid,
            podKey: desired.key,
            hostname: hostname,
            namespacePath: paths.pinned(.network),
            network: pod.metadata.annotations[Self.networkAnnotation],
            ports: ports
        )
    }
}
