import CRISpec
import Glibc
import JSONCoding
import Linux
import OCISpec
import PodEngine
import PodSpec

/// Makes what a sandbox is of: namespaces, network, cgroup, files, and the process that holds its PID namespace. Undoing is
/// `SandboxRemover`'s.
struct SandboxMaker: Sendable {
    private static let networkAnnotation = "swiftlet/network"

    let service: SandboxService
    let paths: SandboxPaths
    let config: CRI.PodSandboxConfig

    private var rooms: Rooms { service.rooms.pods }
    private var node: EngineConfiguration.Node { service.configuration.node }
    private var options: CRI.NamespaceOption {
        config.linux?.securityContext?.namespaceOptions ?? CRI.NamespaceOption()
    }

    /// Gives the sandbox with what it got.
    func make(_ sandbox: Sandbox) async throws(CRIFailure) -> Sandbox {
        var sandbox = sandbox
        let users = try options.userRange()
        let parameters = try kernelParameters()
        do {
            try FileSystem.makeDirectories(paths.run)
            try await rooms.namespaces.create(
                options.ownNamespaces,
                in: paths.namespaces,
                hostname: hostname,
                users: users
            )
            FailPoint.namespacesMade.pass()
            var network: PodNetworkState?
            if options.network != .node {
                network = try await rooms.networks.setUp(try networkRequest(sandbox))
                FailPoint.networkReady.pass()
            }
            sandbox.record.addresses = network?.addresses ?? []
            if options.ipc != .node { try prepareSharedMemory() }
            if !parameters.isEmpty { try await rooms.namespaces.setParameters(parameters, in: paths.namespaces) }
            try writeFiles(network, users)
            if !config.logDirectory.isEmpty { try FileSystem.makeDirectories(config.logDirectory) }
            if (config.linux?.cgroupParent ?? "").isEmpty {
                try await rooms.cgroups.create(podUID: paths.id, limits: try config.cgroupLimits(containers: 0))
                FailPoint.cgroupMade.pass()
            }
            if options.pid == .pod { sandbox.initPid = try await startInit(users) }
            FailPoint.sandboxReady.pass()
        } catch {
            throw CRIFailure(unexpected: error)
        }
        return sandbox
    }

    var hostname: String {
        if options.network == .node { return node.name }
        return config.hostname.isEmpty ? pod.metadata.name.hostnameLabel : config.hostname
    }

    /// The sandbox as a pod: how its files under /etc are made is the same.
    private var pod: Pod {
        let metadata = config.metadata ?? CRI.PodSandboxMetadata()
        var pod = Pod(
            metadata: ObjectMeta(name: metadata.name, namespace: metadata.namespace, uid: metadata.uid),
            spec: Pod.Spec(containers: [])
        )
        pod.spec.hostNetwork = options.network == .node
        pod.spec.hostname = config.hostname.isEmpty ? nil : config.hostname
        return pod
    }

    /// With the settings that the caller names, and nothing else; the host's, where it names none.
    private func resolver(_ network: PodNetworkState?) -> String {
        guard let wanted = config.dnsConfig, wanted != CRI.DNSConfig() else {
            let files = SandboxFiles(pod: pod, network: network, node: node)
            return files.resolver(ofHost: Self.text(of: node.resolverFile)).text
        }
        var lines: [String] = []
        if !wanted.searches.isEmpty { lines.append("search \(wanted.searches.joined(separator: " "))") }
        lines += wanted.servers.map { "nameserver \($0)" }
        if !wanted.options.isEmpty { lines.append("options \(wanted.options.joined(separator: " "))") }
        return lines.map { $0 + "\n" }.joined()
    }

    private func writeFiles(_ network: PodNetworkState?, _ users: IDRange?) throws {
        for line in (config.dnsConfig?.servers ?? []) + (config.dnsConfig?.searches ?? []) + (config.dnsConfig?.options ?? []) {
            guard !line.utf8.contains(where: { $0 < 32 }) else { throw CRIFailure.invalid("dnsConfig: a value of several lines") }
        }
        try FileSystem.makeDirectories(paths.etc)
        let files = SandboxFiles(pod: pod, network: network, node: node)
        let texts = [
            ("hostname", hostname + "\n"), ("hosts", files.hosts(ofHost: Self.text(of: "/etc/hosts"))),
            ("resolv.conf", resolver(network)),
        ]
        for (name, text) in texts {
            let path = "\(paths.etc)/\(name)"
            try FileSystem.write(path, Array(text.utf8))
            if let users { try retrying("chown", path) { lchown(path, users.first, users.first) } }
        }
    }

    /// A host without such a file is no failure: the sandbox gets an empty one.
    private static func text(of path: String) -> String {
        guard let bytes = try? FileSystem.read(path, limit: 1 << 20) else { return "" }  // see above
        return String(decoding: bytes, as: UTF8.self)
    }

    /// 64 MiB, as containerd gives every sandbox.
    private func prepareSharedMemory() throws(SystemError) {
        try FileSystem.makeDirectories(paths.sharedMemory)
        try rooms.mounts.mountMemory(
            on: paths.sharedMemory,
            flags: [.noSetUID, .noExecution, .noDevices],
            options: "mode=1777,size=65536k"
        )
    }

    private func kernelParameters() throws(CRIFailure) -> [NamespaceParameter] {
        var parameters: [NamespaceParameter] = []
        for (name, value) in (config.linux?.sysctls ?? [:]).sorted(by: { $0.key < $1.key }) {
            let parameter = KernelParameter(name)
            let namespace: PodNamespace
            switch parameter.namespace {
            case .network?: namespace = .network
            case .ipc?: namespace = .ipc
            case nil: throw .invalid("sysctl \"\(name)\" belongs to no namespace of a sandbox")
            }
            guard options.ownNamespaces.contains(namespace) else {
                throw .invalid("sysctl \"\(name)\" would be set in the host's \(namespace.rawValue) namespace")
            }
            parameters.append(NamespaceParameter(namespace: namespace, path: parameter.path, value: value))
        }
        return parameters
    }

    private func networkRequest(_ sandbox: Sandbox) throws(CRIFailure) -> PodNetworkRequest {
        var ports: [PodPortMapping] = []
        for (index, port) in config.portMappings.enumerated() where port.hostPort != 0 {
            guard let hostPort = UInt16(exactly: port.hostPort), let containerPort = UInt16(exactly: port.containerPort),
                containerPort > 0
            else { throw .invalid("portMappings[\(index)]: ports are from 1 to 65535") }
            let transport: PodPortMapping.TransportProtocol =
                switch port.protocol {
                case .tcp: .tcp
                case .udp: .udp
                case .sctp: .sctp
                }
            ports.append(
                PodPortMapping(
                    hostPort: hostPort,
                    containerPort: containerPort,
                    transport: transport,
                    hostIP: port.hostIp.isEmpty ? nil : port.hostIp
                )
            )
        }
        var request = PodNetworkRequest(
            podUID: paths.id,
            podKey: sandbox.key,
            hostname: hostname,
            namespacePath: paths.pinned(.network),
            network: config.annotations[Self.networkAnnotation],
            ports: ports
        )
        request.names = PodDomainNames(of: pod, node: node).names
        request.labels = config.labels
        request.sendsForOthers = config.annotations[Pod.sendsForOthersAnnotation] == "true"
        do throws(Pod.NetworkListError) {
            request.additional = try config.annotations[Pod.networksAnnotation].map(Pod.networks) ?? []
        } catch {
            throw .invalid("annotation \(Pod.networksAnnotation): \(error.message)")
        }
        do throws(BandwidthLimits.Refusal) {
            let limits = try BandwidthLimits(config.annotations)
            request.bandwidth = PodBandwidth(ingress: limits.ingress, egress: limits.egress)
        } catch {
            throw .invalid("\(error)")
        }
        return request
    }

    /// Starts the process that holds the PID namespace, and pins that.
    private func startInit(_ users: IDRange?) async throws -> Int32 {
        let bundle = "\(paths.initDirectory)/bundle"
        let cgroup = service.cgroup(of: "init", in: paths.id, config)
        let spec = InitBundle(own: options.ownNamespaces, users: users, cgroup: cgroup, node: node, pinned: paths.pinned)
            .build(service.configuration.podInit)
        try FileSystem.makeDirectories("\(bundle)/rootfs")
        // It makes its mount points itself.
        if let users { try retrying("chown", bundle) { lchown("\(bundle)/rootfs", users.first, users.first) } }
        try FileSystem.write("\(bundle)/config.json", try JSON.encode(spec), mode: 0o600)
        var launch = ContainerLaunch(
            id: paths.initID,
            name: "_init",
            bundle: bundle,
            directory: paths.initDirectory,
            logPath: "\(paths.initDirectory)/init.log",
            logSizeLimit: 1 << 20
        )
        launch.cgroup = cgroup
        let process = try await rooms.containers.start(launch)
        try await rooms.namespaces.pinProcesses(of: process.pid, in: paths.namespaces)
        return process.pid
    }
}

extension String {
    /// Cut to what the kernel takes as a name.
    fileprivate var hostnameLabel: String {
        var name = prefix(63)
        while let last = name.last, last == "-" || last == "." { name.removeLast() }
        return String(name)
    }
}

extension CRI.PodSandboxConfig {
    /// The limits of the sandbox as a whole: what its containers may have together, and what it needs itself.
    func cgroupLimits(containers: Int) throws(CRIFailure) -> PodCgroupLimits {
        var limits = PodCgroupLimits()
        limits.containerCount = containers
        for part in [linux?.resources, linux?.overhead].compactMap({ $0 }) {
            let figures = try part.limits()
            if let shares = figures.cpu?.shares { limits.cpuShares = (limits.cpuShares ?? 0) + shares }
            if let quota = figures.cpu?.quota, quota > 0 {
                limits.cpuQuota = (limits.cpuQuota ?? 0) + quota
                limits.cpuPeriod = figures.cpu?.period ?? 100_000
            }
            if let bytes = figures.memory?.limit, bytes > 0 { limits.memoryLimit = (limits.memoryLimit ?? 0) + bytes }
        }
        return limits
    }
}
