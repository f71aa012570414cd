import CLinux
import Glibc
import Linux

/// rtnetlink(7) as far as moving a device needs it: requests and dumps over one socket, in the network namespace that the
/// calling process is in when the socket is made.
struct RouteSocket: ~Copyable {
    private let socket: Descriptor
    // One request at a time: the number only has to be told from no number.
    private static let sequence: UInt32 = 1

    /// A message that the kernel sent: its type and what is behind its header.
    struct Message {
        var type: UInt16
        var payload: ArraySlice<UInt8>
    }

    // linux/rtnetlink.h, linux/netlink.h
    static let newLink: UInt16 = 16
    static let getLink: UInt16 = 18
    static let newAddress: UInt16 = 20
    static let getAddress: UInt16 = 22
    static let dump: UInt16 = 0x300
    private static let acknowledge: UInt16 = 0x4
    private static let request: UInt16 = 0x1
    private static let error: UInt16 = 2
    private static let done: UInt16 = 3

    init() throws(SystemError) {
        // NETLINK_ROUTE is 0.
        socket = Descriptor(
            owning: try retrying("socket", "rtnetlink") {
                Glibc.socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            }
        )
    }

    /// Sends a request and gives the kernel's messages up to its acknowledgement, or to the end of a dump.
    borrowing func send(
        _ type: UInt16,
        flags: UInt16 = 0,
        _ payload: [UInt8],
        subject: String
    ) throws(SystemError) -> [Message] {
        // Flags of a new object share bits with it.
        let isDump = flags & Self.dump == Self.dump
        let all = Self.request | flags | (isDump ? 0 : Self.acknowledge)
        var bytes: [UInt8] = []
        bytes.append(native: UInt32(16 + payload.count))
        bytes.append(native: type)
        bytes.append(native: all)
        bytes.append(native: Self.sequence)
        bytes.append(native: UInt32(0))
        bytes += payload
        try socket.writeAll(bytes)
        var messages: [Message] = []
        while true {
            for message in try receive(subject) {
                switch message.type {
                case Self.done: return messages
                case Self.error:
                    let code: Int32 = message.payload.native(at: 0)
                    if code == 0 { return messages }
                    throw SystemError(call: "rtnetlink", errno: -code, subject: subject)
                default: messages.append(message)
                }
            }
        }
    }

    private borrowing func receive(_ subject: String) throws(SystemError) -> [Message] {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let number = socket.rawValue
        let count = try retrying("recv", subject) {
            buffer.withUnsafeMutableBytes { recv(number, $0.baseAddress, $0.count, 0) }
        }
        var messages: [Message] = []
        var rest = buffer[..<count]
        while rest.count >= 16 {
            let length = Int(rest.native(at: 0) as UInt32)
            guard length >= 16, length <= rest.count else { break }
            let start = rest.startIndex
            messages.append(Message(type: rest.native(at: 4), payload: rest[(start + 16)..<(start + length)]))
            rest = rest.dropFirst((length + 3) & ~3)
        }
        return messages
    }

    /// Attributes in a message: type and content.
    static func attributes(_ bytes: ArraySlice<UInt8>) -> [(type: UInt16, content: ArraySlice<UInt8>)] {
        var found: [(UInt16, ArraySlice<UInt8>)] = []
        var rest = bytes
        while rest.count >= 4 {
            let length = Int(rest.native(at: 0) as UInt16)
            guard length >= 4, length <= rest.count else { break }
            let start = rest.startIndex
            found.append((rest.native(at: 2), rest[(start + 4)..<(start + length)]))
            rest = rest.dropFirst((length + 3) & ~3)
        }
        return found
    }
}

extension [UInt8] {
    mutating func append(native value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value) { append(contentsOf: $0) }
    }

    /// An attribute, padded as all of them are.
    mutating func append(attribute type: UInt16, _ content: some Collection<UInt8>) {
        append(native: UInt16(4 + content.count))
        append(native: type)
        append(contentsOf: content)
        while !count.isMultiple(of: 4) { append(0) }
    }
}

extension ArraySlice<UInt8> {
    /// A number in the machine's order; 0 where there are too few bytes.
    func native<Number: FixedWidthInteger>(at offset: Int) -> Number {
        guard offset + MemoryLayout<Number>.size <= count else { return 0 }
        return withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Number.self) }
    }
}
