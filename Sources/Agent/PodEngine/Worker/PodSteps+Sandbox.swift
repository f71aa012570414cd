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
            _ = try runtimeHandler()
            async let cgroup: Void = makeCgroup(lifecycle.resizing.granted)
            try FileSystem.makeDirectories(paths.run, mode: 0o711)
            let usesHostNetwork = pod.spec.hostNetwork ?? false
            try await rooms.namespaces.create(
                pod.spec.ownNamespaces,
                in: paths.namespaces,
                hostname: try PodHostname.checkedNodename(of: pod, node: context.configuration.node),
                users: ids.range
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
            // After the network: a parameter may be one of its interface.
            try await setParameters()
            let files = SandboxFiles(pod: pod, network: network, node: context.configuration.node)
            let omitted = try files.write(to: paths.etc, for: ids)
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

    func runtimeHandler() throws(StepFailure) -> RuntimeHandler {
        try RuntimeHandler(of: pod, by: context.objects.classes, among: context.configuration.runtimes)
    }

    /// What could do harm to the machine or other pods has to be allowed by the agent's configuration.
    private func refuseForbiddenSysctls() throws(StepFailure) {
        let allowed = context.configuration.allowedUnsafeSysctls
        for sysctl in pod.spec.securityContext?.sysctls ?? [] {
            let parameter = KernelParameter(sysctl.name)
            if parameter.isSafe || allowed.contains(where: parameter.matches) { continue }
            throw StepFailure(.sysctlForbidden, "Pod was rejected: forbidden sysctl: \"\(sysctl.name)\" not allowlisted")
        }
    }

    /// Once for the pod, not with each container: what one that may do so has made of them since stays.
    private func setParameters() async throws(SandboxFailure) {
        let sysctls = pod.spec.securityContext?.sysctls ?? []
        guard !sysctls.isEmpty else { return }
        var parameters: [NamespaceParameter] = []
        for sysctl in sysctls {
            let parameter = KernelParameter(sysctl.name)
            // The validator has refused those of the machine.
            guard let namespace = parameter.namespace else {
                throw SandboxFailure(.other, "sysctl \"\(sysctl.name)\" belongs to no namespace of a pod")
            }
            let kind: PodNamespace =
                switch namespace {
                case .network: .network
                case .ipc: .ipc
                }
            parameters.append(NamespaceParameter(namespace: kind, path: parameter.path, value: sysctl.value))
        }
        try await rooms.namespaces.setParameters(parameters, in: paths.namespaces)
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
        var request = PodNetworkRequest(
            podUID: paths.uid,
            podKey: desired.key,
            hostname: hostname,
            namespacePath: paths.pinned(.network),
            network: pod.metadata.annotations[Self.networkAnnotation],
            ports: ports
        )
        let names = PodDomainNames(of: pod, node: context.configuration.node)
        request.names = names.names
        request.services = names.services
        request.additional = pod.additionalNetworks
        request.labels = pod.metadata.labels
        request.bandwidth = PodBandwidth(of: pod)
        request.sendsForOthers = pod.sendsForOthers
        request.hostNeeds = pod.hostNeeds
        return request
    }
}
