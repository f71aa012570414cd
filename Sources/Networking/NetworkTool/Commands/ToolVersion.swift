import CVersion
import Glibc
import JSONCoding

/// Which netavark this program stands in for: podman asks.
enum ToolVersion {
    /// netavark's major version: 1, or 2 where NETAVARK_GENERATION says so (podman 6 wants that).
    static var generation: Int { getenv("NETAVARK_GENERATION").map { String(cString: $0) } == "2" ? 2 : 1 }

    static var number: String { generation < 2 ? "1.17.2" : "2.1.0" }

    static let own = String(cString: cversion())

    /// What `version` answers.
    static var description: JSONNode {
        [
            "version": JSONNode(number), "commit": JSONNode("swiftlet-network \(own)"), "build_time": "2026",
            "target": "linux", "default_fw_driver": JSONNode(HostFirewall.driverName),
        ]
    }
}
