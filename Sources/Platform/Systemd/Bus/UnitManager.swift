import Glibc
import Linux

/// systemd's own interface (org.freedesktop.systemd1.Manager): makes, changes and ends units, and waits until that is done.
///
/// It talks to `/run/systemd/private`, as systemctl does: for root, no message bus is needed. One call after the other,
/// on a thread of its own; a connection that systemd has closed (it was updated) is made anew.
public actor UnitManager {
    private static let target = BusConnection.Target(
        destination: "org.freedesktop.systemd1",
        path: "/org/freedesktop/systemd1",
        interface: "org.freedesktop.systemd1.Manager"
    )
    /// How long a job may take. Stopping a slice gives what is in it the time that its units have.
    private static let jobPatience = Duration.seconds(100)
    /// How long systemd may take to execute itself anew.
    private static let reexecPatience = Duration.seconds(30)
    /// Milliseconds between two attempts meanwhile.
    private static let pause: Int32 = 20

    private let thread = DedicatedThread(name: "systemd")
    private let socket: String
    private var connection: BusConnection?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// - Parameter socket: where systemd listens; another one in tests.
    public init(socket: String = "/run/systemd/private") {
        self.socket = socket
    }

    /// Makes a unit and returns when it is active. One of the same name that is left over is ended first; a slice that is
    /// there gets the properties.
    public func start(_ unit: TransientUnit) throws(BusError) {
        do throws(BusError) {
            try startOnce(unit)
        } catch {
            guard error.name == "org.freedesktop.systemd1.UnitExists" else { throw error }
            if unit.name.hasSuffix(".slice") { return try set(unit.properties, of: unit.name) }
            try stop(unit.name)
            try startOnce(unit)
        }
    }

    private func startOnce(_ unit: TransientUnit) throws(BusError) {
        try job("StartTransientUnit", unit.name) { message throws(BusError) in
            try message.append(unit.name)
            try message.append("replace")
            try message.append(unit.properties)
            // No auxiliary units.
            try message.container(BusType.array, "(sa(sv))") {}
        }
    }

    /// Changes properties until the unit ends or the machine is rebooted.
    public func set(_ properties: [TransientUnit.Property], of name: String) throws(BusError) {
        _ = try connected { connection throws(BusError) in
            try connection.call(Self.target, "SetUnitProperties", about: name) { message throws(BusError) in
                try message.append(name)
                // At runtime: nothing is written to /etc.
                try message.append(true)
                try message.append(properties)
            }
        }
    }

    /// Ends a unit, with all that is in it where it is a slice, and returns when it has ended. One that is not there is
    /// no failure.
    public func stop(_ name: String) throws(BusError) {
        do throws(BusError) {
            try job("StopUnit", name) { message throws(BusError) in
                try message.append(name)
                try message.append("replace")
            }
            // One that failed would keep its name.
            _ = try connected { connection throws(BusError) in
                try connection.call(Self.target, "ResetFailedUnit", about: name) { message throws(BusError) in
                    try message.append(name)
                }
            }
        } catch {
            guard error.name == "org.freedesktop.systemd1.NoSuchUnit" else { throw error }
        }
    }

    /// Whether the machine is on its way down.
    public func isMachineStopping() throws(BusError) -> Bool {
        let properties = BusConnection.Target(
            destination: Self.target.destination,
            path: Self.target.path,
            interface: "org.freedesktop.DBus.Properties"
        )
        return try connected { connection throws(BusError) in
            let answer = try connection.call(properties, "Get", about: "SystemState") { message throws(BusError) in
                try message.append(Self.target.interface)
                try message.append("SystemState")
            }
            return try answer.readVariantText() == "stopping"
        }
    }

    /// Calls a method that answers with a job, and waits for the job's end.
    private func job(
        _ member: String,
        _ unit: String,
        _ fill: (BusMessage) throws(BusError) -> Void
    ) throws(BusError) {
        try connected { connection throws(BusError) in
            let answer = try connection.call(Self.target, member, about: unit, fill)
            let job = try answer.readText(BusType.objectPath)
            let begun = Monotonic.now
            while true {
                while let message = try connection.next() {
                    guard message.isSignal(Self.target.interface, "JobRemoved") else { continue }
                    _ = try message.readUInt32()
                    guard try message.readText(BusType.objectPath) == job else { continue }
                    _ = try message.readText()
                    let result = try message.readText()
                    if result == "done" { return }
                    throw BusError(call: answer.call, message: "systemd's job ended as \"\(result)\"")
                }
                let left = Self.jobPatience - Monotonic.now.since(begun)
                if left <= .zero { throw BusError(call: answer.call, errno: ETIMEDOUT) }
                try connection.wait(left)
            }
        }
    }

    /// Does it on the connection; where that turns out to be lost, on a new one. While systemd executes itself anew it takes
    /// connections and ends them.
    private func connected<Result>(
        _ body: (BusConnection) throws(BusError) -> Result
    ) throws(BusError) -> Result {
        let begun = Monotonic.now
        while true {
            do throws(BusError) {
                if let connection { return try body(connection) }
                let fresh = try BusConnection.toSystemd(at: socket)
                connection = fresh
                return try body(fresh)
            } catch {
                guard error.isConnectionLost else { throw error }
                connection = nil
                if Monotonic.now.since(begun) > Self.reexecPatience { throw error }
                poll(nil, 0, Self.pause)
            }
        }
    }
}
