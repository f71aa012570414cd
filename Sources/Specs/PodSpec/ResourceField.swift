/// An amount of a container's resources that a variable or a file can tell: `limits.cpu`, `requests.memory`, ….
public struct ResourceField: Sendable, Hashable {
    public let isLimit: Bool
    /// `cpu`, `memory`, `ephemeral-storage` or `hugepages-…`.
    public let resource: String

    /// Those without a page size.
    static let names = ["limits", "requests"].flatMap { kind in
        ["cpu", "memory", "ephemeral-storage"].map { "\(kind).\($0)" }
    }

    /// Reads a name; nil if it is none.
    public init?(_ name: String) {
        let parts = name.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, parts[0] == "limits" || parts[0] == "requests" else { return nil }
        guard ["cpu", "memory", "ephemeral-storage"].contains(parts[1]) || parts[1].hasPrefix("hugepages-") else { return nil }
        isLimit = parts[0] == "limits"
        resource = String(parts[1])
    }

    /// The units in which the amount may be told.
    static func divisors(of resource: String) -> [String] {
        if resource == "cpu" { return ["1m", "1"] }
        return ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"]
    }

    /// The container's amount in units of the divisor, rounded up. What is not limited has what the node has.
    public func value(
        of container: Container,
        divisor: Quantity?,
        allocatable: [String: Quantity]
    ) -> String {
        let requirements = container.resources
        let limit = requirements.limits[resource].flatMap { $0.isZero ? nil : $0 }
        let amount = isLimit ? limit ?? allocatable[resource] : requirements.requests[resource]
        guard let amount else { return "0" }
        let inMilli = resource == "cpu"
        let whole = inMilli ? amount.milli : amount.units
        let unit = divisor.map { inMilli ? $0.milli : $0.units } ?? 0
        // A divisor of nothing is one that nobody gave: 1.
        let divisor = unit == 0 ? (inMilli ? 1000 : 1) : unit
        return "\(whole / divisor + (whole % divisor > 0 ? 1 : 0))"
    }
}
