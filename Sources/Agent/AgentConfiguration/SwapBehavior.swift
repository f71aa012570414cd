/// Whether pods may swap, in the kubelet's words.
public enum SwapBehavior: String, Sendable, Hashable, CaseIterable {
    case none = "NoSwap"
    case limited = "LimitedSwap"
}
