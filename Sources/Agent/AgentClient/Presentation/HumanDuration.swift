import Linux

/// Durations as Kubernetes' tools show and take them.
public enum HumanDuration {
    /// kubectl's ages: `15s`, `3m10s`, `45m`, `5h12m`, `30h`, `5d4h`, `90d`, `2y40d`.
    public static func text(seconds: Int64) -> String {
        func two(_ big: Int64, _ bigUnit: String, _ small: Int64, _ smallUnit: String) -> String {
            small == 0 ? "\(big)\(bigUnit)" : "\(big)\(bigUnit)\(small)\(smallUnit)"
        }
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400)
        switch seconds {
        case ..<0: return "0s"
        case ..<120: return "\(seconds)s"
        case ..<600: return two(minutes, "m", seconds % 60, "s")
        case ..<(3 * 3600): return "\(minutes)m"
        case ..<(8 * 3600): return two(hours, "h", minutes % 60, "m")
        case ..<(48 * 3600): return "\(hours)h"
        case ..<(8 * 86400): return two(days, "d", hours % 24, "h")
        case ..<(2 * 365 * 86400): return "\(days)d"
        case ..<(8 * 365 * 86400): return two(days / 365, "y", days % 365, "d")
        default: return "\(days / 365)y"
        }
    }

    /// The age of an RFC 3339 time; `<unknown>` where there is none.
    public static func age(of time: String?, now: Timestamp) -> String {
        guard let moment = time.flatMap({ Timestamp(rfc3339: $0) }) else { return "<unknown>" }
        return text(seconds: now.since(moment).components.seconds)
    }

    /// Reads `90s`, `5m`, `1h30m`, `1.5h`, `250ms`, as Go and kubectl take durations; nil where the text is none.
    public static func parse(_ text: String) -> Duration? {
        var rest = text[...]
        var total = Duration.zero
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), value < 1e9 else { return nil }
            switch unit {
            case "ms": total += .seconds(value / 1000)
            case "s": total += .seconds(value)
            case "m": total += .seconds(value * 60)
            case "h": total += .seconds(value * 3600)
            case "d": total += .seconds(value * 86400)
            default: return nil
            }
        }
        return total
    }
}
