/// Durations as a configuration has them: `30s`, `5m`, `1h30m`, `200ms`. Whole numbers, the larger unit first.
enum ConfigurationDuration {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Nil where the text is no duration.
    static func parse(_ text: String) -> Duration? {
        var rest = text[...]
        var total: Int64 = 0
        var allowed = units[...]
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { ("a"..."z").contains($0) }
            rest = rest.dropFirst(name.count)
            // Nine digits of the largest unit do not overflow.
            guard digits.count <= 9, let count = Int64(digits),
                let unit = allowed.firstIndex(where: { $0.name == name })
            else { return nil }
            total += count * units[unit].milliseconds
            allowed = units[(unit + 1)...]
        }
        return text.isEmpty ? nil : .milliseconds(total)
    }

    static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        var rest = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        var text = ""
        for unit in units where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text.isEmpty ? "0s" : text
    }
}
