import Glibc
import Linux

/// logind (org.freedesktop.login1.Manager): says when the machine is about to go down, and lets that be delayed.
///
/// One task waits at a time. It needs the message bus and logind; where either is missing, every call throws.
public actor LoginManager {
    private static let target = BusConnection.Target(
        destination: "org.freedesktop.login1",
        path: "/org/freedesktop/login1",
        interface: "org.freedesktop.login1.Manager"
    )

    private let thread = DedicatedThread(name: "logind")
    private var connection: BusConnection?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    public init() {}

    /// Takes a lock that delays a shutdown for as long as it is open, at most `delayLimit()` (systemd-inhibit(1)).
    public func delayShutdown(who: String, why: String) throws(BusError) -> Descriptor {
        let connection = try connected()
        let answer = try connection.call(Self.target, "Inhibit", about: "shutdown") { message throws(BusError) in
            try message.append("shutdown")
            try message.append(who)
            try message.append(why)
            try message.append("delay")
        }
        return try answer.readDescriptor()
    }

    /// `InhibitDelayMaxSec=` of logind.conf(5).
    public func delayLimit() throws(BusError) -> Duration {
        let properties = BusConnection.Target(
            destination: Self.target.destination,
            path: Self.target.path,
            interface: "org.freedesktop.DBus.Properties"
        )
        let answer = try connected().call(properties, "Get", about: "InhibitDelayMaxUSec") { message throws(BusError) in
            try message.append(Self.target.interface)
            try message.append("InhibitDelayMaxUSec")
        }
        return .microseconds(Int64(clamping: try answer.readVariantUInt64()))
    }

    /// Returns when a shutdown is being prepared: true, or was called off: false. Ends with the task's cancellation.
    public func shutdownChange() async throws -> Bool {
        let connection = try connected()
        while true {
            while let message = try connection.next() {
                if message.isSignal(Self.target.interface, "PrepareForShutdown") { return try message.readFlag() }
            }
            try await EventThread.shared.waitUntilReadable(connection.descriptor)
        }
    }

    private func connected() throws(BusError) -> BusConnection {
        if let connection { return connection }
        let fresh = try BusConnection.toSystemBus()
        try fresh.subscribe(
            "type='signal',sender='org.freedesktop.login1',interface='org.freedesktop.login1.Manager',"
                + "member='PrepareForShutdown'"
        )
        connection = fresh
        return fresh
    }
}
