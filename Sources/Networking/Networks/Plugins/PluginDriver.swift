import Glibc
import JSONCoding
import Linux
import Netlink
import NetworkSpec

/// Networks that programs of others make, by CNI (specification 1.1). What they do to the host is theirs: here is remembered what
/// they were asked, until they have undone it.
final class PluginDriver: NetworkDriver {
    private let host: HostNamespace
    private let configuration: NetworkManager.Plugins
    private let attachments: RecordFolder<PluginAttachment>

    init(_ host: HostNamespace, _ configuration: NetworkManager.Plugins) throws {
        self.host = host
        self.configuration = configuration
        attachments = try RecordFolder(configuration.stateDirectory, isDurable: true)
    }

    // MARK: The network

    func complete(_ definition: NetworkDefinition) throws -> NetworkDefinition {
        let list = try list(of: definition)
        for index in list.plugins.indices { _ = try program(list, index, "ADD") }
        return definition
    }

    /// Asks the plugins whether they are ready, where they know that question.
    func raise(_ definition: NetworkDefinition) throws {
        let list = try list(of: definition)
        guard list.hasStatus else { return }
        for index in list.plugins.indices { _ = try run("STATUS", list, index) }
    }

    func isRaised(_ definition: NetworkDefinition) throws -> Bool { true }

    func foreignAddresses(on definition: NetworkDefinition) throws -> Set<IPAddress> { [] }

    func unserved(_ request: PodAttachment, on definition: NetworkDefinition) -> [String] {
        var kinds: Set<PodAttachment.HostNeed.Kind> = []
        if definition.plugins?.hasCapability("portMappings") != true { kinds.insert(.port) }
        if definition.plugins?.hasCapability("bandwidth") != true { kinds.insert(.bandwidth) }
        return request.places(of: kinds)
    }

    private func list(of definition: NetworkDefinition) throws(NetworkError) -> PluginList {
        guard let list = definition.plugins else {
            throw .state(file: definition.name, message: "a network of plugins without its list")
        }
        return list
    }

    // MARK: Pods

    func attach(_ pod: inout PodRecord, to definition: NetworkDefinition) throws {
        // Of an attempt that did not end, or from before a reboot: the same pod must not be added twice.
        try remove(pod.key)
        var attachment = PluginAttachment(pod, try list(of: definition))
        try attachments.write(attachment, pod.key)
        let namespace = try Descriptor.open(pod.namespacePath, O_RDONLY)
        try host.within(namespace) { try NetlinkSocket(.route).perform(.changeLink(1, LinkChange(isUp: true))) }
        for index in attachment.list.plugins.indices {
            attachment.result = try add(attachment, index)
        }
        try attachments.write(attachment, pod.key)
        try complete(&pod, attachment, namespace)
    }

    private func add(_ attachment: PluginAttachment, _ index: Int) throws -> JSONNode {
        let output = try run("ADD", attachment.list, index, attachment)
        do {
            return try JSON.parse(output)
        } catch {
            throw failure(attachment.list, index, "ADD", "its answer is no JSON: \(error)")
        }
    }

    /// Notes what the plugins have chosen.
    private func complete(_ pod: inout PodRecord, _ attachment: PluginAttachment, _ namespace: borrowing Descriptor) throws {
        let last = attachment.list.plugins.count - 1
        guard let node = attachment.result else { return }
        let result: PluginResult
        do throws(PluginResult.Problem) { result = try PluginResult(node) } catch {
            throw failure(attachment.list, last, "ADD", "its answer: \(error.message)")
        }
        let interface = attachment.interface
        guard let link = try host.within(namespace, { try NetlinkSocket(.route).link(named: interface) }) else {
            throw failure(attachment.list, last, "ADD", "there is no interface \(interface) in the pod")
        }
        pod.linkIndex = link.index
        if let address = link.address { pod.status.macAddress = address }
        pod.status.addresses = result.addresses
        pod.status.gateways = pod.isAdditional == true ? [] : result.gateways
        pod.status.nameServers = result.nameServers
    }

    func isAttached(_ pod: PodRecord) throws -> Bool {
        guard Namespace.isPinned(pod.namespacePath), let index = pod.linkIndex else { return false }
        let namespace = try Descriptor.open(pod.namespacePath, O_RDONLY)
        return try host.within(namespace) { try NetlinkSocket(.route).link(index) != nil }
    }

    func detach(_ pods: [PodRecord]) throws {
        var failures = FailureList()
        for pod in pods { failures.collect { try remove(pod.key) } }
        try failures.throwIfAny()
    }

    /// Has the plugins undo what they did, the last first; goes on after one that fails. What is not known was never begun.
    private func remove(_ key: String) throws {
        guard let attachment = try attachments.read(key) else { return }
        var failures = FailureList()
        for index in attachment.list.plugins.indices.reversed() {
            failures.collect { _ = try run("DEL", attachment.list, index, attachment) }
        }
        try failures.throwIfAny()
        try attachments.remove(key)
    }

    /// Has the plugins undo what they did for pods that are gone, tells those that want to know which are left, and asks them
    /// whether all is as it should be with these. What a check finds is told, and leaves the pod alone.
    func retain(_ pods: [PodRecord]) throws {
        var failures = FailureList()
        let (known, problems) = try attachments.readAll()
        for problem in problems { failures.collect { throw problem } }
        let alive = Set(pods.map(\.key))
        for key in known.keys.sorted() where !alive.contains(key) { failures.collect { try remove(key) } }
        let kept = known.filter { alive.contains($0.key) }.values.sorted { $0.containerID < $1.containerID }
        for (name, all) in Dictionary(grouping: known.values, by: \.list.name).sorted(by: { $0.key < $1.key }) {
            guard let list = all.first?.list, list.hasStatus, !list.disableGC else { continue }
            let valid = kept.filter { $0.list.name == name }.map { attachment -> JSONNode in
                ["containerID": JSONNode(attachment.containerID), "ifname": JSONNode(attachment.interface)]
            }
            for index in list.plugins.indices {
                let left = JSONNode.Member(key: "cni.dev/valid-attachments", value: JSONNode(.array(valid)))
                failures.collect { _ = try run("GC", list, index, more: [left]) }
            }
        }
        for attachment in kept where attachment.list.hasCheck && attachment.result != nil {
            for index in attachment.list.plugins.indices {
                do { _ = try run("CHECK", attachment.list, index, attachment) } catch {
                    configuration.reportProblem("pod \(attachment.containerID): \(error)")
                }
            }
        }
        try failures.throwIfAny()
    }

    // MARK: Programs

    private func failure(
        _ list: PluginList,
        _ index: Int,
        _ command: String,
        _ message: String,
        code: Int64? = nil
    ) -> NetworkError {
        .plugin(
            PluginFailure(
                network: list.name,
                place: "plugins[\(index)]",
                type: list.plugins[index].type,
                command: command,
                code: code,
                message: message
            )
        )
    }

    private func program(_ list: PluginList, _ index: Int, _ command: String) throws(NetworkError) -> PluginProgram {
        let type = list.plugins[index].type
        for directory in configuration.directories where access("\(directory)/\(type)", X_OK) == 0 {
            return PluginProgram(path: "\(directory)/\(type)", limit: configuration.limit)
        }
        let places = configuration.directories.joined(separator: ", ")
        throw failure(list, index, command, "there is no program of that name in \(places.isEmpty ? "any folder" : places)")
    }

    /// Runs one plugin of a list, with its part of the list and what there is to say beside (section 3 of the specification).
    private func run(
        _ command: String,
        _ list: PluginList,
        _ index: Int,
        _ attachment: PluginAttachment? = nil,
        more: [JSONNode.Member] = []
    ) throws -> [UInt8] {
        let program = try program(list, index, command)
        var variables = ["CNI_COMMAND": command, "CNI_PATH": configuration.directories.joined(separator: ":")]
        variables["PATH"] = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"
        var told = more
        if let attachment {
            variables["CNI_CONTAINERID"] = attachment.containerID
            variables["CNI_IFNAME"] = attachment.interface
            variables["CNI_ARGS"] = attachment.arguments
            // For DEL it may be gone; then there is none, and not one of the same path.
            let isThere = Namespace.isPinned(attachment.namespacePath)
            if isThere || command != "DEL" { variables["CNI_NETNS"] = attachment.namespacePath }
            let runtime = attachment.runtime.filter { list.plugins[index].capabilities.contains($0.key) }
            if !runtime.isEmpty {
                let members = runtime.sorted { $0.key < $1.key }.map { JSONNode.Member(key: $0.key, value: $0.value) }
                told.append(.init(key: "runtimeConfig", value: JSONNode(.object(members))))
            }
            if let result = attachment.result { told.append(.init(key: "prevResult", value: result)) }
        }
        told.append(.init(key: "cniVersion", value: JSONNode(list.version.rawValue)))
        told.append(.init(key: "name", value: JSONNode(list.name)))
        let replaced = Set(told.map(\.key)).union(["capabilities", "runtimeConfig", "prevResult"])
        let own = (list.plugins[index].configuration.members ?? []).filter { !replaced.contains($0.key) }
        switch try program.run(variables, JSON.serialize(JSONNode(.object(own + told)))) {
        case .done(let output): return output
        case .failed(let code, let message): throw failure(list, index, command, message, code: code)
        }
    }
}
