/// A Secret with credentials for registries, which a pod names under `imagePullSecrets`. It shows up in no description.
public struct PullSecret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public enum Form: Sendable, Hashable {
        /// `kubernetes.io/dockerconfigjson`
        case configuration
        /// `kubernetes.io/dockercfg`
        case legacy
    }

    public var name: String
    public var form: Form
    /// Docker's JSON.
    public var bytes: [UInt8]

    public init(name: String, form: Form, bytes: [UInt8]) {
        self.name = name
        self.form = form
        self.bytes = bytes
    }

    public var description: String { "pull secret \(name)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
