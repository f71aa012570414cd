/// One message from the kernel.
public struct NetlinkReply: Sendable {
    /// The message's type.
    public let type: UInt16
    /// The socket whose request the message is about, by its number in the network namespace; 0 is the kernel's own.
    public let port: UInt32
    /// What follows the header: the family's fixed header, then attributes.
    public let payload: [UInt8]

    /// A number of the fixed header.
    public func field<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: Number.Type) -> Number? {
        guard offset + MemoryLayout<Number>.size <= payload.count else { return nil }
        return payload.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
    }

    /// The attributes behind a fixed header of the given size.
    public func attributes(after headerSize: Int) -> NetlinkAttributes {
        NetlinkAttributes(payload.dropFirst((headerSize + 3) & ~3))
    }
}

/// The attributes of a message or within a nested attribute. What is cut short ends the sequence.
public struct NetlinkAttributes: Sequence, IteratorProtocol {
    private var rest: ArraySlice<UInt8>

    /// Reads attributes from bytes.
    public init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// One attribute: its type without the flag bits, and its bytes.
    public struct Attribute {
        /// The type, `IFLA_…` and the like.
        public let type: Int32
        /// Whether the sender says that the value consists of attributes.
        public let isNested: Bool
        /// The value.
        public let bytes: ArraySlice<UInt8>

        /// The value as a number in the machine's order; nil where the size differs.
        public func number<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type = Number.self) -> Number? {
            guard bytes.count == MemoryLayout<Number>.size else { return nil }
            return bytes.withUnsafeBytes { $0.loadUnaligned(as: type) }
        }

        /// The value as a string, up to a zero.
        public var text: String { String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }

        /// The value as attributes.
        public var nested: NetlinkAttributes { NetlinkAttributes(bytes) }
    }

    public mutating func next() -> Attribute? {
        guard rest.count >= 4 else { return nil }
        let (length, type) = rest.withUnsafeBytes {
            (Int($0.loadUnaligned(as: UInt16.self)), $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        }
        guard length >= 4, length <= rest.count else { return nil }
        defer { rest = rest.dropFirst((length + 3) & ~3) }
        // The two high bits: NLA_F_NESTED and NLA_F_NET_BYTEORDER.
        return Attribute(type: Int32(type & 0x3fff), isNested: type & 0x8000 != 0, bytes: rest.dropFirst(4).prefix(length - 4))
    }

    /// The first attribute of a type.
    public func first(_ type: some BinaryInteger) -> Attribute? {
        first { $0.type == Int32(type) }
    }
}
