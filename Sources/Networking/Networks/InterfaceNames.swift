/// Names of interfaces that follow from what they are for, so that they are found again whatever was lost.
enum InterfaceNames {
    /// The name in the pod's namespace.
    static let pod = "eth0"

    /// How the names of our ends of the pods' veth pairs begin.
    static let hostPrefix = "swl"

    /// This end of a pod's veth pair: fifteen letters, twelve of them from the UID.
    static func host(podUID: String) -> String { hostPrefix + hash("pod \(podUID)") }

    /// The bridge of a network that names none.
    static func bridge(network: String) -> String { "br-" + hash("network \(network)") }

    /// Thirty-two bits that follow from a network's name.
    static func number(network: String) -> UInt32 { UInt32(truncatingIfNeeded: bits("network \(network)")) }

    /// Forty-eight bits of FNV-1a.
    private static func bits(_ text: String) -> UInt64 {
        text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } >> 16
    }

    private static func hash(_ text: String) -> String {
        let digits = String(bits(text), radix: 16)
        return String(repeating: "0", count: 12 - digits.count) + digits
    }
}
