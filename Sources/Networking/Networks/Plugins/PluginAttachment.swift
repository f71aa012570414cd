import JSONCoding
import NetworkSpec

/// A pod on a network of plugins: what they were told and what they answered. Written before the first is run and removed after
/// the last. It outlives a reboot, as what plugins keep does (host-local's addresses).
struct PluginAttachment: Sendable, Hashable, Codable {
    var version = 1
    /// As it was when the pod came: by this it goes.
    var list: PluginList
    /// CNI_CONTAINERID.
    var containerID: String
    /// CNI_IFNAME.
    var interface: String
    /// CNI_NETNS.
    var namespacePath: String
    /// CNI_ARGS.
    var arguments: String
    /// What the plugins may be told of the pod, by the capability.
    var runtime: [String: JSONNode]
    /// The answer of the last plugin, once all have answered.
    var result: JSONNode?
}

extension PluginAttachment {
    init(_ pod: PodRecord, _ list: PluginList) {
        self.list = list
        containerID = pod.podUID
        interface = pod.status.interface
        namespacePath = pod.namespacePath
        let name = pod.podName.split(separator: "/", maxSplits: 1)
        arguments = [
            "IgnoreUnknown=1", "K8S_POD_NAMESPACE=\(name.first ?? "")", "K8S_POD_NAME=\(name.last ?? "")",
            "K8S_POD_INFRA_CONTAINER_ID=\(pod.podUID)", "K8S_POD_UID=\(pod.podUID)",
        ].joined(separator: ";")
        runtime = [:]
        if !pod.portMappings.isEmpty {
            runtime["portMappings"] = JSONNode(.array(pod.portMappings.flatMap(Self.ports)))
        }
        if let bandwidth = pod.bandwidth { runtime["bandwidth"] = Self.limits(bandwidth) }
    }

    private static func ports(_ mapping: PortMapping) -> [JSONNode] {
        (0..<mapping.range).map { offset in
            [
                "hostPort": JSONNode(mapping.hostPort + offset), "containerPort": JSONNode(mapping.containerPort + offset),
                "protocol": JSONNode(mapping.transportProtocol.rawValue),
                "hostIP": JSONNode(mapping.hostIP.map { "\($0)" } ?? ""),
            ]
        }
    }

    /// Rates in bits a second, bursts in bits: four milliseconds' worth, and never less than the largest packet.
    private static func limits(_ bandwidth: Bandwidth) -> JSONNode {
        var members: [JSONNode.Member] = []
        for (name, rate) in [("ingress", bandwidth.ingress), ("egress", bandwidth.egress)] {
            guard let rate else { continue }
            members.append(.init(key: "\(name)Rate", value: JSONNode(rate)))
            members.append(.init(key: "\(name)Burst", value: JSONNode(min(max(rate / 250, 65_536 * 8), UInt64(UInt32.max)))))
        }
        return JSONNode(.object(members))
    }
}

/// What the specification's section 5 says of an answer to ADD, as far as it is of use here.
struct PluginResult {
    var addresses: [IPPrefix] = []
    /// The next hops of default routes.
    var gateways: [IPAddress] = []
    var nameServers: [IPAddress] = []

    /// Reads an answer. What is there and cannot be read is an error: it would be an address that nobody knows of.
    init(_ node: JSONNode) throws(Problem) {
        let interfaces = node["interfaces"]?.arrayValue ?? []
        var nextHops: [IPAddress] = []
        for (index, entry) in (node["ips"]?.arrayValue ?? []).enumerated() {
            // Without an interface it is the pod's; else that one has to be in the pod.
            if let number = entry["interface"]?.integerValue, number >= 0, number < interfaces.count {
                guard let sandbox = interfaces[Int(number)]["sandbox"]?.stringValue, !sandbox.isEmpty else { continue }
            }
            let text = entry["address"]?.stringValue ?? ""
            guard let prefix = IPPrefix(text) else {
                throw Problem(message: "ips[\(index)].address: \"\(text)\" is no address")
            }
            addresses.append(prefix)
            if let gateway = try Self.address(entry["gateway"], "ips[\(index)].gateway") { nextHops.append(gateway) }
        }
        for (index, route) in (node["routes"]?.arrayValue ?? []).enumerated() {
            guard let text = route["dst"]?.stringValue, let destination = IPPrefix(text), destination.length == 0
            else { continue }
            let family = destination.address.family
            let given = try Self.address(route["gw"], "routes[\(index)].gw")
            if let gateway = given ?? nextHops.first(where: { $0.family == family }), !gateways.contains(gateway) {
                gateways.append(gateway)
            }
        }
        for (index, server) in (node["dns"]?["nameservers"]?.arrayValue ?? []).enumerated() {
            if let address = try Self.address(server, "dns.nameservers[\(index)]") { nameServers.append(address) }
        }
    }

    /// What is wrong with an answer.
    struct Problem: Error { var message: String }

    private static func address(_ node: JSONNode?, _ path: String) throws(Problem) -> IPAddress? {
        guard let text = node?.stringValue, !text.isEmpty else { return nil }
        guard let address = IPAddress(text) else { throw Problem(message: "\(path): \"\(text)\" is no address") }
        return address
    }
}
