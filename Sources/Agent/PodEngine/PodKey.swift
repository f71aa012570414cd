/// What a pod is known by: `namespace/name`. There is one pod of a key at a time, whatever its UID.
public struct PodKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var namespace: String
    public var name: String

    public init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    public var description: String { "\(namespace)/\(name)" }

    public static func < (left: PodKey, right: PodKey) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }
}
