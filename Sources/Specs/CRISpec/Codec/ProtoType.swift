/// The type of a field, as far as its JSON form depends on it.
public enum ProtoType: Sendable {
    case string, bool, int32, uint32, int64, uint64, double, bytes
    /// By name, with the names in the order of their numbers.
    case choice(name: String, values: [String])
    case message(any ProtoMessage.Type)
}

extension CRI {
    /// What a message is made of.
    public struct MessageDescription: Sendable {
        /// `PodSandboxConfig`.
        public let name: String
        public let fields: [FieldDescription]
    }

    public struct FieldDescription: Sendable {
        public enum Shape: Sendable, Hashable {
            case single, list
            /// With strings as keys.
            case map
        }

        /// As in the `.proto` file: `pod_sandbox_id`.
        public let name: String
        /// `podSandboxId`.
        public let jsonName: String
        public let type: ProtoType
        public let shape: Shape
        public let isDeprecated: Bool
        /// Holds what nobody may read.
        public let isSecret: Bool
    }
}
