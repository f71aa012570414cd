/// Sizes for people.
public enum HumanBytes {
    /// Decimal units with three digits, as container tools show image sizes: `912 B`, `4.27 MB`, `128 MB`.
    public static func text(_ bytes: Int64) -> String {
        var value = Double(bytes)
        var units = ["B", "kB", "MB", "GB", "TB"][...]
        while value >= 999.5, units.count > 1 {
            value /= 1000
            units.removeFirst()
        }
        let unit = units.first ?? "TB"
        if unit == "B" || value >= 99.95 { return "\(Int(value.rounded())) \(unit)" }
        return "\(fixed(value, digits: value >= 9.995 ? 1 : 2)) \(unit)"
    }

    private static func fixed(_ value: Double, digits: Int) -> String {
        let scale = digits == 1 ? 10.0 : 100.0
        let scaled = Int((value * scale).rounded())
        let fraction = String(scaled % Int(scale))
        return "\(scaled / Int(scale)).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
    }
}
