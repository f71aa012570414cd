/// What becomes of output that the log's disk has no room for.
public enum FullDiskPolicy: Sendable, Hashable {
    /// It is lost, and the log says how much of it when there is room again.
    case drop
    /// The container waits at its next write, up to a limit; what comes then is lost as with `drop`.
    case block(atMost: Duration)

    /// How long `block` waits where nothing else is said.
    public static let usualLimit = Duration.seconds(30)

    /// Reads `drop`, `block` or `block:SECONDS`; nil where it is none of them.
    init?(_ text: String) {
        switch text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false) {
        case ["drop"]: self = .drop
        case ["block"]: self = .block(atMost: FullDiskPolicy.usualLimit)
        case let parts where parts.count == 2 && parts[0] == "block":
            guard let seconds = UInt32(parts[1]), seconds > 0 else { return nil }
            self = .block(atMost: .seconds(Int64(seconds)))
        default: return nil
        }
    }
}
