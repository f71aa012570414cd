import NetworkSpec

/// Names of interfaces that follow from what they are for, so that they are found again whatever was lost.
enum InterfaceNames {
    /// The name in the pod's namespace.
    static let pod = "eth0"

    /// How the names of our ends of the pods' veth pairs begin.
    static let hostPrefix = "swl"

    /// This end of a pod's veth pair: fifteen letters, twelve of them from the UID.
    static func host(podUID: String) -> String { hostPrefix + hash("pod \(podUID)") }

    /// How the names of the links begin that what pods send is sent through to be limited.
    static let limiterPrefix = "swb"

    /// The link that limits what a pod sends.
    static func limiter(podUID: String) -> String { limiterPrefix + hash("pod \(podUID)") }

    /// The bridge of a network that names none.
    static func bridge(network: String) -> String { "br-" + hash("network \(network)") }

    /// Thirty-two bits that follow from a network's name.
    static func number(network: String) -> UInt32 { UInt32(truncatingIfNeeded: bits("network \(network)")) }

    /// The IPv6 subnet of a network that names none: a unique local one (RFC 4193), whose forty bits follow from the machine and the
    /// network's name.
    static func localSubnet(network: String, machine: String) -> IPPrefix {
        let global = UInt128(bits("subnet \(network) of \(machine)") >> 8)
        guard let prefix = IPPrefix(.v6(IPv6Address(bits: 0xfd << 120 | global << 80)), length: 64) else {
            preconditionFailure("64 is a length of IPv6")
        }
        return prefix
    }

    /// Forty-eight bits of FNV-1a.
    private static func bits(_ text: String) -> UInt64 {
        text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } >> 16
    }

    private static func hash(_ text: String) -> String {
        let digits = String(bits(text), radix: 16)
        return String(repeating: "0", count: 12 - digits.count) + digits
    }
}
