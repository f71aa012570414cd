import Glibc
import Linux
import Netlink

/// The way to leases for networks with DHCP: a proxy that stays, behind a socket.
enum LeaseProxy {
    private static let socket = "/run/podman/nv-proxy.sock"

    /// Why there is no lease.
    static func failure() -> ToolError {
        guard FileSystem.exists(socket) else {
            let missing = ToolError(SystemError(call: "connect", errno: ENOENT, subject: socket)).description
                .replacing("IO error: ", with: "")
            return ToolError(
                "unable to obtain lease: socket \"\(socket)\": \(missing), is the netavark-dhcp-proxy.socket unit enabled?")
        }
        return ToolError("unable to obtain lease: this program does not speak to the DHCP proxy at \"\(socket)\"")
    }
}
