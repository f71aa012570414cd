/// The driver options of a bridge network, decoded from the definition's `options`.
public struct BridgeOptions: Sendable, Hashable {
    /// The largest packet on the network; nil means that of the host's default route.
    public var mtu: UInt32?
    /// The metric of the pods' default route.
    public var metric: UInt32 = 100
    /// Whether pods get no default route.
    public var noDefaultRoute = false

    /// Decodes the options. One that netavark knows and this program does not serve is refused by name, for it would
    /// change who can reach whom.
    public init(_ options: [String: String]) throws(NetworkDefinitionError) {
        for (key, value) in options.sorted(by: { $0.key < $1.key }) {
            switch (key, value) {
            case ("mtu", _), ("com.docker.network.driver.mtu", _): mtu = try Self.number(key, value, 68...65_535)
            case ("metric", _): metric = try Self.number(key, value, 0...UInt32.max)
            case ("no_default_route", "true"), ("no_default_route", "1"): noDefaultRoute = true
            case ("no_default_route", "false"), ("no_default_route", "0"), ("isolate", "false"), ("mode", "managed"),
                ("vlan", "0"):
                break
            case ("no_default_route", _):
                throw NetworkDefinitionError(path: "options.\(key)", message: "\"\(value)\" is neither true nor false")
            case ("isolate", _), ("mode", _), ("vlan", _), ("vrf", _), ("outbound_addr4", _), ("outbound_addr6", _):
                throw NetworkDefinitionError(path: "options.\(key)", message: "\"\(value)\" is not served yet")
            default:
                throw NetworkDefinitionError(
                    path: "options.\(key)",
                    message: "unknown option of a bridge; known are mtu, metric, no_default_route"
                )
            }
        }
    }

    private static func number(
        _ key: String,
        _ value: String,
        _ range: ClosedRange<UInt32>
    ) throws(NetworkDefinitionError) -> UInt32 {
        guard let number = UInt32(value), range.contains(number) else {
            throw NetworkDefinitionError(
                path: "options.\(key)",
                message: "\"\(value)\" is no number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }
}
