import AgentAPI
import JSONCoding
import PodSpec

/// One thing that `get` shows, of whatever type: as the agent told it, and as a node that selectors and paths look into.
public struct ResourceItem: Sendable {
    public enum Payload: Sendable {
        case pod(Pod)
        case workload(Workload)
        case data(ObjectDetail)
        case image(ImageSummary)
        case network(NetworkSummary)
    }

    public let payload: Payload
    /// As `-o json` shows it: every object has `kind` and `metadata`.
    public let node: JSONNode

    public init(_ payload: Payload) throws(Fault) {
        self.payload = payload
        switch payload {
        case .pod(let pod): node = try Self.node(pod)
        case .workload(let workload): node = try Self.node(workload)
        case .data(let object):
            let namespace = object.kind.isNamespaced ? object.namespace : nil
            node = try Self.node(object)
                .completed(object.kind.apiVersion, kind: object.kind.rawValue, object.name, namespace, object.labels)
        case .image(let image): node = try Self.node(image).completed(kind: "Image", image.reference ?? image.digest, nil, [:])
        case .network(let network): node = try Self.node(network).completed(kind: "Network", network.name, nil, network.labels)
        }
    }

    public var name: String {
        switch payload {
        case .pod(let pod): pod.metadata.name
        case .workload(let workload): workload.metadata.name
        case .data(let object): object.name
        case .image(let image): image.reference ?? image.digest
        case .network(let network): network.name
        }
    }

    /// Nil for what is the node's.
    public var namespace: String? { node["metadata"]?["namespace"]?.stringValue }

    public var labels: [String: String] {
        switch payload {
        case .pod(let pod): pod.metadata.labels
        case .workload(let workload): workload.metadata.labels
        case .data(let object): object.labels
        case .image: [:]
        case .network(let network): network.labels
        }
    }

    private static func node<Value: Encodable>(_ value: Value) throws(Fault) -> JSONNode {
        do { return try JSON.node(from: value) } catch {
            throw Fault(.internalError, "the result cannot be encoded: \(error)")
        }
    }
}

extension JSONNode {
    /// With the members that every object of Kubernetes begins with.
    fileprivate func completed(
        _ apiVersion: String = "v1",
        kind: String,
        _ name: String,
        _ namespace: String?,
        _ labels: [String: String]
    ) -> JSONNode {
        var metadata = [Member(key: "name", value: JSONNode(name))]
        if let namespace { metadata.append(Member(key: "namespace", value: JSONNode(namespace))) }
        if !labels.isEmpty {
            let members = labels.sorted { $0.key < $1.key }.map { Member(key: $0.key, value: JSONNode($0.value)) }
            metadata.append(Member(key: "labels", value: JSONNode(.object(members))))
        }
        let head = [
            Member(key: "apiVersion", value: JSONNode(apiVersion)), Member(key: "kind", value: JSONNode(kind)),
            Member(key: "metadata", value: JSONNode(.object(metadata))),
        ]
        let own = ["apiVersion", "kind", "metadata"]
        return JSONNode(.object(head + (members ?? []).filter { !own.contains($0.key) }))
    }
}
