import JSONCoding

/// A taint of a node that a pod bears.
public struct Toleration: Sendable, Hashable {
    var key: String
    var `operator`: String
    var value: String
    var effect: String

    /// As it was written, and found valid.
    init(_ node: JSONNode) {
        key = node["key"]?.stringValue ?? ""
        `operator` = node["operator"]?.stringValue ?? ""
        value = node["value"]?.stringValue ?? ""
        effect = node["effect"]?.stringValue ?? ""
    }

    /// Whether it is about a taint without a value. No key is all keys, no effect all effects.
    func bears(key taint: String, effect wanted: String) -> Bool {
        guard effect.isEmpty || effect == wanted, key.isEmpty || key == taint else { return false }
        switch `operator` {
        case "Exists": return true
        case "", "Equal": return value.isEmpty
        default: return false
        }
    }
}

extension Pod {
    /// Whether it may begin although memory is short: the one taint of a machine by its condition that the kubelet asks about.
    public var toleratesMemoryPressure: Bool {
        spec.tolerations.map(Toleration.init).contains {
            $0.bears(key: "node.kubernetes.io/memory-pressure", effect: "NoSchedule")
        }
    }
}
