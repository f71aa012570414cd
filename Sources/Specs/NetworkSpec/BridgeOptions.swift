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
            case ("mtu", _), ("com.docker.network.driver.mtu", _): mtu = try DriverOption.number(key, value, 68...65_535)
            case ("metric", _): metric = try DriverOption.number(key, value, 0...UInt32.max)
            case ("no_default_route", _): noDefaultRoute = try DriverOption.flag(key, value)
            case ("isolate", "false"), ("mode", "managed"), ("vlan", "0"): break
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
}
