import Cgroups
import Glibc
import Linux
import OCISpec

/// What is written down about a container (`<root>/<id>/state.json`): everything that later commands need to find and
/// remove it.
public struct ContainerRecord: Codable, Sendable, Hashable {
    public var ociVersion: String
    public var id: String
    /// The container's first process; 0 while there is none yet.
    public var pid: Int32
    /// When that process began, in ticks since boot: with the pid it names the process for good.
    public var startTime: UInt64
    public var bundle: String
    public var rootfs: String
    /// RFC 3339.
    public var created: String
    public var owner: UInt32
    public var cgroup: Cgroup?
    /// Folders of the resctrl file system that go with the container.
    public var resctrl: [String]?
    /// Which namespaces the container has to itself or has joined, for `exec` to enter.
    public var namespaces: [RuntimeSpec.Linux.Namespace.Kind]
    public var annotations: [String: String]?
    /// Those that other commands run: after the start, and after the end.
    public var poststart: [RuntimeSpec.Hook]?
    public var poststop: [RuntimeSpec.Hook]?
}

extension ContainerRecord {
    /// Refuses ids that could leave the folder of states or would be taken for something else in it.
    static func check(id: String) throws(RuntimeError) {
        let allowed = id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: byte == 0x5F || byte == 0x2B || byte == 0x2D || byte == 0x2E  // _ + - .
            }
        }
        guard allowed, !id.isEmpty, id.utf8.count <= 255, id.utf8.first != 0x2E else {
            throw RuntimeError(
                .invalidConfiguration,
                "invalid container ID \"\(id)\": an invalid character, or none; valid are letters, digits, _ + - and . (not as the first)"
            )
        }
    }

    /// Whether the container's first process runs.
    var isAlive: Bool { pid != 0 && ProcessHandle.startTime(of: pid) == startTime }
}
