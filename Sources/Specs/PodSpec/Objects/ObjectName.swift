/// The kind of an object, in the API's words. Also of kinds that are not served: a document may say anything.
public struct ObjectKind: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public var rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public var description: String { rawValue }

    public static let pod = ObjectKind(rawValue: "Pod")
    public static let configMap = ObjectKind(rawValue: "ConfigMap")
    public static let secret = ObjectKind(rawValue: "Secret")
    public static let persistentVolumeClaim = ObjectKind(rawValue: "PersistentVolumeClaim")
    public static let priorityClass = ObjectKind(rawValue: "PriorityClass")
    public static let runtimeClass = ObjectKind(rawValue: "RuntimeClass")
    public static let networkPolicy = ObjectKind(rawValue: "NetworkPolicy")

    /// Whether manifests may hold objects of this kind.
    public var isServed: Bool { ManifestKind.served.contains { $0.kind == self } }
}

/// Kind, namespace and name: what makes two manifests speak of the same object.
public struct ObjectName: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var kind: ObjectKind
    public var namespace: String
    public var name: String

    /// Creates a name.
    public init(_ kind: ObjectKind, namespace: String, name: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    /// The name of a pod.
    public init(pod: PodName) { self.init(.pod, namespace: pod.namespace, name: pod.name) }

    /// The name without the kind, if it may be a pod's: of a kind that is not known it may.
    public var pod: PodName? {
        kind == .pod || !kind.isServed ? PodName(namespace: namespace, name: name) : nil
    }

    /// Whether a document that gives this name may have meant the other object: where the kind is none that is served, it may
    /// have meant any.
    public func mayMean(_ other: ObjectName) -> Bool {
        namespace == other.namespace && name == other.name && (kind == other.kind || !kind.isServed)
    }

    public var description: String { kind.rawValue.isEmpty ? "\(namespace)/\(name)" : "\(kind) \(namespace)/\(name)" }

    public static func < (a: ObjectName, b: ObjectName) -> Bool {
        (a.kind.rawValue, a.namespace, a.name) < (b.kind.rawValue, b.namespace, b.name)
    }
}
