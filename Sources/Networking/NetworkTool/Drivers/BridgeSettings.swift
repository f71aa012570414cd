import Firewall
import NetworkSpec

/// The options of a bridge network, and those that a container has for it.
struct BridgeSettings: Sendable, Hashable {
    /// Nil: the bridge's, where there is one, else that of the default route's link.
    var mtu: UInt32?
    var vlan: UInt16?
    var isolation: NetavarkNetwork.Isolation
    var metric: UInt32 = 100
    var hasDefaultRoute = true
    var vrf: String?
    /// False where the bridge is the administrator's: it is neither made nor removed, and has no firewall rules.
    var isManaged = true
    /// The source addresses of what leaves the host.
    var outboundAddresses: [IPAddress] = []

    /// - Parameter generation: netavark's major version, whose defaults differ.
    init(_ options: [String: String], generation: Int) throws(ToolError) {
        isolation = generation < 2 ? .none : .strict
        for (key, value) in options.sorted(by: { $0.key < $1.key }) {
            switch key {
            case "mtu", "com.docker.network.driver.mtu":
                let number: UInt32 = try Self.number(key, value, 0...65_535)
                mtu = number == 0 ? nil : number
            case "vlan":
                let number: UInt32 = try Self.number(key, value, 0...4094)
                vlan = number == 0 ? nil : UInt16(number)
            case "metric": metric = try Self.number(key, value, 0...UInt32.max)
            case "isolate": isolation = try Self.isolation(value)
            case "no_default_route": hasDefaultRoute = try !Self.flag(key, value)
            case "vrf": vrf = value
            case "mode":
                switch value {
                case "managed": isManaged = true
                case "unmanaged": isManaged = false
                default: throw ToolError("invalid bridge mode \"\(value)\"")
                }
            case "outbound_addr4", "outbound_addr6":
                guard let address = IPAddress(value), (address.family == .v4) == key.hasSuffix("4") else {
                    throw ToolError("unable to parse \"\(key)\": \"\(value)\" is no address of that family")
                }
                outboundAddresses.append(address)
            default:
                ToolLog.warn("netavark::network::bridge", "option \"\(key)\" is not known and has no effect")
            }
        }
    }

    static func isolation(_ value: String) throws(ToolError) -> NetavarkNetwork.Isolation {
        switch value {
        case "true", "1", "t", "T", "True", "TRUE": .normal
        case "false", "0", "f", "F", "False", "FALSE": .none
        case "strict": .strict
        default: throw ToolError("unable to parse \"isolate\": \"\(value)\" is none of true, false and strict")
        }
    }

    static func number(
        _ key: String,
        _ value: String,
        _ range: ClosedRange<UInt32>
    ) throws(ToolError) -> UInt32 {
        guard let number = UInt32(value), range.contains(number) else {
            throw ToolError(
                "unable to parse \"\(key)\": \"\(value)\" is no number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    static func flag(_ key: String, _ value: String) throws(ToolError) -> Bool {
        switch value {
        case "true", "1", "t", "T", "True", "TRUE": return true
        case "false", "0", "f", "F", "False", "FALSE": return false
        default: throw ToolError("unable to parse \"\(key)\": \"\(value)\" is neither true nor false")
        }
    }
}
