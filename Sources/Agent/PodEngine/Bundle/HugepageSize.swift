import PodSpec

/// A size of huge pages: `hugepages-2Mi` in a manifest, `2MB` in the kernel's file names.
public struct HugepageSize: Sendable, Hashable {
    public let bytes: Int64

    public init(bytes: Int64) {
        self.bytes = bytes
    }

    /// The size that the name of a resource means; nil for another resource.
    public init?(resource: String) {
        guard resource.hasPrefix("hugepages-"), let size = Quantity(String(resource.dropFirst(10))), size.units > 0
        else { return nil }
        bytes = size.units
    }

    /// `64KB`, `2MB`, `1GB`.
    var kernelName: String {
        if bytes >= 1 << 30, bytes % (1 << 30) == 0 { return "\(bytes >> 30)GB" }
        if bytes >= 1 << 20, bytes % (1 << 20) == 0 { return "\(bytes >> 20)MB" }
        return "\(bytes >> 10)KB"
    }

    /// The limits of a container: none of a size that the machine has and that is not asked for.
    static func limits(_ limits: [String: Quantity], sizes: [HugepageSize]) -> [(HugepageSize, Int64)] {
        var found = Dictionary(sizes.map { ($0, Int64(0)) }, uniquingKeysWith: { first, _ in first })
        for (name, quantity) in limits {
            if let size = HugepageSize(resource: name) { found[size] = quantity.units }
        }
        return found.sorted { $0.key.bytes < $1.key.bytes }.map { ($0.key, $0.value) }
    }
}
