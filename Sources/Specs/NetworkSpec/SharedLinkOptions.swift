/// The driver options of a network whose pods share a link of the host (macvlan, ipvlan), decoded from the definition's
/// `options`.
public struct SharedLinkOptions: Sendable, Hashable {
    /// How packets go between the pods and the parent's network.
    public enum Mode: Sendable, Hashable {
        /// `MACVLAN_MODE_…` of linux/if_link.h.
        case macvlan(UInt32)
        /// `IPVLAN_MODE_…`.
        case ipvlan(UInt16)

        /// The parent belongs to one pod, which has its hardware address.
        public static let passthru = Mode.macvlan(8)
    }

    /// How packets go.
    public var mode: Mode
    /// The largest packet; nil means that of the parent.
    public var mtu: UInt32?
    /// The metric of the pods' default route.
    public var metric: UInt32 = 100
    /// Whether pods get no default route.
    public var noDefaultRoute = false
    /// The number of links from which on broadcasts are delayed (IFLA_MACVLAN_BC_CUTOFF); negative for never.
    public var broadcastLimit: Int32?

    private static let macvlanModes: [String: UInt32] = ["private": 1, "vepa": 2, "bridge": 4, "passthru": 8]
    private static let ipvlanModes: [String: UInt16] = ["l2": 0, "l3": 1, "l3s": 2]

    /// Decodes the options of a driver. An unknown one is refused.
    public init(_ options: [String: String], driver: String) throws(NetworkDefinitionError) {
        let isMacvlan = driver == "macvlan"
        mode = try Self.mode(options["mode"] ?? (isMacvlan ? "bridge" : "l2"), isMacvlan)
        for (key, value) in options.sorted(by: { $0.key < $1.key }) {
            switch key {
            case "mode": break
            case "mtu", "com.docker.network.driver.mtu": mtu = try DriverOption.number(key, value, 68...65_535)
            case "metric": metric = try DriverOption.number(key, value, 0...UInt32.max)
            case "no_default_route": noDefaultRoute = try DriverOption.flag(key, value)
            case "bclim" where isMacvlan:
                guard let limit = Int32(value) else {
                    throw NetworkDefinitionError(path: "options.bclim", message: "\"\(value)\" is no number")
                }
                broadcastLimit = limit
            case "parent":
                throw NetworkDefinitionError(
                    path: "options.parent",
                    message: "unknown option; the parent is what \"network_interface\" names"
                )
            default:
                let known = "mode, mtu, metric, no_default_route" + (isMacvlan ? ", bclim" : "")
                throw NetworkDefinitionError(path: "options.\(key)", message: "unknown option of \(driver); known are \(known)")
            }
        }
    }

    private static func mode(_ name: String, _ isMacvlan: Bool) throws(NetworkDefinitionError) -> Mode {
        if isMacvlan, let number = macvlanModes[name] { return .macvlan(number) }
        if !isMacvlan, let number = ipvlanModes[name] { return .ipvlan(number) }
        let known = isMacvlan ? "bridge, private, vepa, passthru" : "l2, l3, l3s"
        throw NetworkDefinitionError(path: "options.mode", message: "\"\(name)\" is no mode; known are \(known)")
    }
}
