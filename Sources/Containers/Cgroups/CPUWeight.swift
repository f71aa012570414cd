import Glibc

/// The share of processor time that a group of version 2 gets beside others: 1 to 10000.
public struct CPUWeight: Sendable, Hashable {
    public let value: UInt64

    /// The weight for shares of version 1 (2 to 262144), such that both minima, both defaults (1024 and 100) and both maxima
    /// meet: the conversion that the runtimes agreed on in 2025.
    public init(shares: UInt64) {
        if shares <= 2 {
            value = 1
        } else if shares >= 262_144 {
            value = 10_000
        } else {
            let logarithm = log2(Double(shares))
            let exponent = (logarithm * logarithm + 125 * logarithm) / 612 - 7.0 / 34.0
            value = UInt64(ceil(pow(10, exponent)))
        }
    }
}
