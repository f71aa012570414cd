/// What becomes of what a container writes while its log's disk has no room for it.
public enum FullDiskBehavior: String, Sendable, Hashable, CaseIterable {
    case drop, block
}
