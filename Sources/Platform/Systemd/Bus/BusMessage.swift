import CSystemd
import Glibc
import Linux

/// A message of D-Bus, to be filled from front to back or to be read in that order.
final class BusMessage {
    let raw: OpaquePointer
    /// What the message is about, for errors.
    let call: String

    /// Takes over a reference.
    init(owning raw: OpaquePointer, call: String) {
        self.raw = raw
        self.call = call
    }

    deinit { sd_bus_message_unref(raw) }

    // MARK: Filling

    func append(_ text: String) throws(BusError) {
        try check(text.withCString { sd_bus_message_append_basic(raw, BusType.string, $0) })
    }

    func append(_ flag: Bool) throws(BusError) {
        // A boolean of D-Bus is an int of C.
        try append(BusType.boolean, Int32(flag ? 1 : 0))
    }

    func append(_ number: UInt64) throws(BusError) { try append(BusType.uint64, number) }

    func append(_ number: UInt32) throws(BusError) { try append(BusType.uint32, number) }

    private func append<Value>(_ type: CChar, _ value: Value) throws(BusError) {
        var value = value
        try check(sd_bus_message_append_basic(raw, type, &value))
    }

    /// Opens an array, structure or variant, lets it be filled and closes it.
    func container(_ type: CChar, _ contents: String, _ fill: () throws(BusError) -> Void) throws(BusError) {
        try check(sd_bus_message_open_container(raw, type, contents))
        try fill()
        try check(sd_bus_message_close_container(raw))
    }

    // MARK: Reading

    func readText(_ type: CChar = BusType.string) throws(BusError) -> String {
        var text: UnsafePointer<CChar>?
        try check(sd_bus_message_read_basic(raw, type, &text))
        guard let text else { throw BusError(call: call, message: "the answer ends too early") }
        return String(cString: text)
    }

    func readUInt32() throws(BusError) -> UInt32 {
        var number: UInt32 = 0
        try check(sd_bus_message_read_basic(raw, BusType.uint32, &number))
        return number
    }

    func readFlag() throws(BusError) -> Bool {
        var flag: Int32 = 0
        try check(sd_bus_message_read_basic(raw, BusType.boolean, &flag))
        return flag != 0
    }

    /// A descriptor; the caller's own.
    func readDescriptor() throws(BusError) -> Descriptor {
        var number: Int32 = -1
        try check(sd_bus_message_read_basic(raw, BusType.descriptor, &number))
        // The message closes its own with itself.
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
        if copy < 0 { throw BusError(call: call, errno: errno) }
        return Descriptor(owning: copy)
    }

    func isSignal(_ interface: String, _ member: String) -> Bool {
        sd_bus_message_is_signal(raw, interface, member) > 0
    }

    private func check(_ result: Int32) throws(BusError) {
        if result < 0 { throw BusError(call: call, errno: -result) }
    }
}

/// The letters of D-Bus types.
enum BusType {
    static let string = CChar(UInt8(ascii: "s"))
    static let objectPath = CChar(UInt8(ascii: "o"))
    static let boolean = CChar(UInt8(ascii: "b"))
    static let uint32 = CChar(UInt8(ascii: "u"))
    static let uint64 = CChar(UInt8(ascii: "t"))
    static let descriptor = CChar(UInt8(ascii: "h"))
    static let array = CChar(UInt8(ascii: "a"))
    static let structure = CChar(UInt8(ascii: "r"))
    static let variant = CChar(UInt8(ascii: "v"))
}

extension BusMessage {
    /// The text in a variant.
    func readVariantText() throws(BusError) -> String {
        let entered = sd_bus_message_enter_container(raw, BusType.variant, "s")
        if entered <= 0 { throw BusError(call: call, errno: entered < 0 ? -entered : EBADMSG) }
        return try readText()
    }

    /// The number in a variant.
    func readVariantUInt64() throws(BusError) -> UInt64 {
        let entered = sd_bus_message_enter_container(raw, BusType.variant, "t")
        if entered <= 0 { throw BusError(call: call, errno: entered < 0 ? -entered : EBADMSG) }
        var number: UInt64 = 0
        let result = sd_bus_message_read_basic(raw, BusType.uint64, &number)
        if result < 0 { throw BusError(call: call, errno: -result) }
        return number
    }
}
