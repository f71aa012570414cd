/// What a caller may do. Each method of the table names the least role that may call it.
public enum Role: String, Sendable, Hashable, Comparable, CaseIterable {
    /// Sees everything, changes nothing.
    case read
    /// Everything, exec included.
    case admin

    public static func < (left: Role, right: Role) -> Bool { left == .read && right == .admin }
}
