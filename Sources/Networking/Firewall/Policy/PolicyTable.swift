import NetworkSpec

/// All that the policies of pods come down to: the table `inet swiftlet_policy` as a value.
///
/// A pod that a policy selects is an element of a map that leads to a chain: one chain for all pods that the same policies
/// select. The chain lets pass what is in the set of one of these policies, and drops the rest.
public struct PolicyTable: Sendable, Hashable {
    /// The way of a packet as the pod sees it that is governed.
    public enum Direction: String, Sendable, Hashable, CaseIterable {
        /// Into the pod: the other side is the source.
        case ingress = "in"
        /// Out of the pod: the other side is the destination.
        case egress = "out"
    }

    /// What a policy allows in one direction.
    public struct Allowance: Sendable, Hashable {
        /// The other sides, with the ports that are talked to.
        public var boxes: [TrafficBox]
        /// Other sides with ports of one pod only: what pods call by a name may be another port of each.
        public var pods: [IPAddress: [TrafficBox]]

        /// Allows nothing or something.
        public init(boxes: [TrafficBox] = [], pods: [IPAddress: [TrafficBox]] = [:]) {
            (self.boxes, self.pods) = (boxes, pods)
        }
    }

    /// A policy in one direction, by its `namespace/name`.
    public struct Key: Sendable, Hashable, Comparable {
        public var direction: Direction
        public var policy: String

        /// Names a policy's direction.
        public init(_ direction: Direction, _ policy: String) { (self.direction, self.policy) = (direction, policy) }

        public static func < (a: Key, b: Key) -> Bool {
            (a.direction.rawValue, a.policy) < (b.direction.rawValue, b.policy)
        }
    }

    /// What each policy allows.
    public var allowances: [Key: Allowance]
    /// Which policies each address of a pod has, at least one, by direction.
    public var governed: [Direction: [IPAddress: Set<String>]]

    /// Makes a table.
    public init(allowances: [Key: Allowance] = [:], governed: [Direction: [IPAddress: Set<String>]] = [:]) {
        (self.allowances, self.governed) = (allowances, governed)
    }

    /// Whether nobody is governed.
    public var isEmpty: Bool { governed.values.allSatisfy(\.isEmpty) }
}
