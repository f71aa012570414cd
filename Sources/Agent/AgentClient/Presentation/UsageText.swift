/// Usage for people, as kubectl top shows it.
public enum UsageText {
    /// Thousandths of a processor: `250m`; `-` where it is not known.
    public static func cpu(_ nanocores: Int64?) -> String {
        nanocores.map { "\(($0 + 500_000) / 1_000_000)m" } ?? "-"
    }

    /// Mebibytes: `64Mi`; `-` where it is not known.
    public static func memory(_ bytes: Int64?) -> String {
        guard let bytes else { return "-" }
        return bytes < 1 << 20 ? "\(bytes >> 10)Ki" : "\(bytes >> 20)Mi"
    }

    /// `37%`; `-` where either is not known.
    public static func percent(_ used: Int64?, of all: Int64?) -> String {
        guard let used, let all, all > 0 else { return "-" }
        return "\(Int((Double(used) / Double(all) * 100).rounded()))%"
    }
}
