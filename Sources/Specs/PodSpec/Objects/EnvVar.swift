import JSONCoding

/// An environment variable: a literal value or the source of one.
public struct EnvVar: Codable, Sendable, Hashable {
    public var name: String
    public var value: String?
    public var valueFrom: Source?

    /// Creates a variable with a literal value.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// Creates a variable that takes its value from elsewhere.
    public init(name: String, from source: Source) {
        self.name = name
        valueFrom = source
    }

    /// Where a variable's value comes from; exactly one of the members is set.
    public struct Source: Codable, Sendable, Hashable {
        public var fieldRef: FieldReference?
        public var resourceFieldRef: ResourceFieldReference?
        public var configMapKeyRef: KeyReference?
        public var secretKeyRef: KeyReference?
        public var fileKeyRef: JSONNode?

        /// A source that is a field of the pod.
        public init(fieldRef: FieldReference) { self.fieldRef = fieldRef }
    }

    /// A field of the pod, such as `metadata.name` or `status.podIP`.
    public struct FieldReference: Codable, Sendable, Hashable {
        public var apiVersion: String?
        public var fieldPath: String

        /// Creates a reference.
        public init(fieldPath: String) {
            apiVersion = "v1"
            self.fieldPath = fieldPath
        }
    }

    /// A key of a ConfigMap or Secret.
    public struct KeyReference: Codable, Sendable, Hashable {
        public var name: String?
        public var key: String
        public var optional: Bool?
    }
}

/// An amount of a container's resources, such as `limits.memory`.
public struct ResourceFieldReference: Codable, Sendable, Hashable {
    /// The container itself where a variable gives none.
    public var containerName: String?
    public var resource: String
    /// The unit of the answer; 1 where there is none.
    public var divisor: Quantity?
}

/// An object whose keys all become variables; exactly one of the references is set.
public struct EnvFromSource: Codable, Sendable, Hashable {
    /// An object of the pod's namespace.
    public struct Reference: Codable, Sendable, Hashable {
        public var name: String?
        public var optional: Bool?
    }

    /// Stands before each key.
    public var prefix: String?
    public var configMapRef: Reference?
    public var secretRef: Reference?
}
