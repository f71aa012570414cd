import CSystemd
import Glibc
import Linux

/// What came back instead of an answer: an error of D-Bus, or of the connection.
public struct BusError: Error, Sendable, Hashable, CustomStringConvertible {
    /// `StartTransientUnit(swiftlet-a.scope)`.
    public var call: String
    /// `org.freedesktop.systemd1.UnitExists`; nil where the connection itself failed.
    public var name: String?
    public var errno: Int32
    public var message: String

    public var description: String { "\(call): \(message)" }

    /// The connection is gone, as it is after `systemctl daemon-reexec`: a new one may do.
    var isConnectionLost: Bool {
        [ECONNRESET, ENOTCONN, EPIPE, ESHUTDOWN, ECONNREFUSED].contains(errno)
    }

    init(call: String, errno: Int32) {
        self.call = call
        self.errno = errno
        message = SystemError.text(of: errno)
    }

    /// Takes over what sd_bus_call(3) filled in, and frees it.
    init(call: String, result: Int32, _ error: inout sd_bus_error) {
        defer { sd_bus_error_free(&error) }
        self.init(call: call, errno: -result)
        if let text = error.name { name = String(cString: text) }
        if let text = error.message { message = String(cString: text) }
    }

    /// A failure of ours to understand what came.
    init(call: String, message: String) {
        self.call = call
        self.message = message
        errno = EBADMSG
    }
}
