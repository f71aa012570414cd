import JSONCoding
import PodSpec

/// `/pods`: a v1 PodList with status, as the kubelet serves it.
public enum PodPage {
    public static func document(_ pods: [Pod]) throws -> JSONNode {
        var items: [JSONNode] = []
        for pod in pods { items.append(try JSON.node(from: pod)) }
        return ["kind": "PodList", "apiVersion": "v1", "metadata": [:], "items": JSONNode(.array(items))]
    }
}
