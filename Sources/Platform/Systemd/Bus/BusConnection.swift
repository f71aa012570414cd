import CSystemd
import Glibc
import Linux

/// One connection of sd-bus(3). It belongs to one thread: only actors with a thread of their own hold one.
final class BusConnection {
    /// An object that answers calls.
    struct Target {
        var destination: String
        var path: String
        var interface: String
    }

    private let raw: OpaquePointer
    /// An answer that takes longer is a failure: ETIMEDOUT.
    private static let patience = Duration.seconds(30)

    private init(_ raw: OpaquePointer) {
        self.raw = raw
    }

    deinit { sd_bus_flush_close_unref(raw) }

    /// systemd itself, without a message bus between: for root only, and there also where no bus runs.
    static func toSystemd(at path: String) throws(BusError) -> BusConnection {
        var created: OpaquePointer?
        let call = "connect to \(path)"
        let result = sd_bus_new(&created)
        guard result >= 0, let raw = created else { throw BusError(call: call, errno: -result) }
        let connection = BusConnection(raw)
        let address = sd_bus_set_address(raw, "unix:path=\(path)")
        if address < 0 { throw BusError(call: call, errno: -address) }
        let started = sd_bus_start(raw)
        if started < 0 { throw BusError(call: call, errno: -started) }
        return connection
    }

    /// The machine's message bus.
    static func toSystemBus() throws(BusError) -> BusConnection {
        var opened: OpaquePointer?
        let result = sd_bus_open_system(&opened)
        guard result >= 0, let raw = opened else { throw BusError(call: "connect to the system bus", errno: -result) }
        return BusConnection(raw)
    }

    /// To be waited for while `next` has nothing.
    var descriptor: Int32 { sd_bus_get_fd(raw) }

    /// Calls a method and waits for its answer.
    func call(
        _ target: Target,
        _ member: String,
        about subject: String = "",
        _ fill: (BusMessage) throws(BusError) -> Void = { _ in }
    ) throws(BusError) -> BusMessage {
        let call = subject.isEmpty ? member : "\(member)(\(subject))"
        var created: OpaquePointer?
        let made = sd_bus_message_new_method_call(
            raw,
            &created,
            target.destination,
            target.path,
            target.interface,
            member
        )
        guard made >= 0, let created else { throw BusError(call: call, errno: -made) }
        let request = BusMessage(owning: created, call: call)
        try fill(request)
        var error = sd_bus_error()
        var answer: OpaquePointer?
        let result = sd_bus_call(raw, request.raw, UInt64(Self.patience / .microseconds(1)), &error, &answer)
        guard result >= 0, let answer else { throw BusError(call: call, result: result, &error) }
        return BusMessage(owning: answer, call: call)
    }

    /// Asks the bus for signals of a kind; they come by `next`. Not needed on a connection without a bus.
    func subscribe(_ rule: String) throws(BusError) {
        // The handler leaves every message to `next`.
        let result = sd_bus_add_match(raw, nil, rule, { _, _, _ in 0 }, nil)
        if result < 0 { throw BusError(call: "AddMatch", errno: -result) }
    }

    /// The next message that is no answer; nil where none has come.
    func next() throws(BusError) -> BusMessage? {
        while true {
            var received: OpaquePointer?
            let result = sd_bus_process(raw, &received)
            if result < 0 { throw BusError(call: "sd_bus_process", errno: -result) }
            if let received { return BusMessage(owning: received, call: "signal") }
            if result == 0 { return nil }
        }
    }

    /// Blocks until something has come, or for so long.
    func wait(_ duration: Duration) throws(BusError) {
        let result = sd_bus_wait(raw, UInt64(max(.zero, duration) / .microseconds(1)))
        if result < 0 && result != -EINTR { throw BusError(call: "sd_bus_wait", errno: -result) }
    }
}
