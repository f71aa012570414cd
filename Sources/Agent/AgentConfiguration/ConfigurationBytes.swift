import PodSpec

/// Sizes as configuration files write them: quantities of Kubernetes.
enum ConfigurationBytes {
    /// Nil where it is no whole number of bytes.
    static func parse(_ text: String) -> Int64? {
        guard let quantity = Quantity(text), !quantity.isNegative else { return nil }
        return quantity.units
    }

    /// In the largest unit that leaves no rest.
    static func text(_ size: Int64) -> String {
        for (shift, unit) in [(40, "Ti"), (30, "Gi"), (20, "Mi"), (10, "Ki")] as [(Int64, String)] {
            let (count, rest) = size.quotientAndRemainder(dividingBy: 1 << shift)
            if count > 0, rest == 0 { return "\(count)\(unit)" }
        }
        return "\(size)"
    }
}
