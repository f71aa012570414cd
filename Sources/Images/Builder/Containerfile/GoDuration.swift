/// Durations as Go writes them: `1h30m`, `1.5s`, `300ms`.
enum GoDuration {
    /// Nanoseconds; nil where the text is no duration, or is one of more than a lifetime.
    static func nanoseconds(_ text: String) -> Int64? {
        var rest = text[...]
        if rest == "0" { return 0 }
        var total = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            guard let number = Double(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { !$0.isNumber && $0 != "." }
            let factors: [Substring: Double] = [
                "ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9,
            ]
            guard let factor = factors[unit] else { return nil }
            rest = rest.dropFirst(unit.count)
            total += number * factor
        }
        return total < 9e18 ? Int64(total) : nil
    }
}
