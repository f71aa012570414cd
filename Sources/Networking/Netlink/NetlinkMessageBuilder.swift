import CNetlink

/// Builds a message: the family's fixed header first, then attributes, nested ones by closure.
///
/// libnl's `nl_msg` underneath: it pads, and keeps the lengths of nested attributes.
public struct NetlinkMessageBuilder: ~Copyable {
    private let message: OpaquePointer

    /// Begins a message of a type, with flags of the header (`NLM_F_…`).
    ///
    /// `capacity` is its largest size: what does not fit is a fault of the program.
    public init(type: UInt16, flags: Int32 = 0, capacity: Int = 4096) {
        guard let message = nlmsg_alloc_size(capacity) else { preconditionFailure("out of memory") }
        self.message = message
        _ = nlmsg_put(message, 0, 0, Int32(type), 0, flags)
    }

    deinit {
        nlmsg_free(message)
    }

    /// Appends the family's fixed header (`ifinfomsg`, `nfgenmsg`…).
    public mutating func append<Header: BitwiseCopyable>(_ header: Header) {
        let result = withUnsafeBytes(of: header) { raw in
            nlmsg_append(message, UnsafeMutableRawPointer(mutating: raw.baseAddress), raw.count, Int32(NLMSG_ALIGNTO))
        }
        precondition(result == 0, "a message without room for its header")
    }

    /// Adds an attribute of raw bytes.
    public mutating func put(_ type: some BinaryInteger, bytes: [UInt8]) {
        let result = nla_put(message, Int32(type), Int32(bytes.count), bytes)
        precondition(result == 0, "a message that outgrew its capacity")
    }

    /// Adds an attribute of one number in the machine's byte order.
    public mutating func put(_ type: some BinaryInteger, _ number: some FixedWidthInteger) {
        put(type, bytes: withUnsafeBytes(of: number) { Array($0) })
    }

    /// Adds an attribute of one number in network byte order, as nf_tables has nearly all of them.
    public mutating func put(_ type: some BinaryInteger, network number: some FixedWidthInteger) {
        put(type, number.bigEndian)
    }

    /// Adds a string with its terminating zero.
    public mutating func put(_ type: some BinaryInteger, _ text: String) {
        put(type, bytes: Array(text.utf8) + [0])
    }

    /// Adds an attribute that consists of the attributes that the closure adds.
    public mutating func nest(
        _ type: some BinaryInteger,
        _ body: (inout NetlinkMessageBuilder) -> Void
    ) {
        guard let start = nla_nest_start(message, Int32(type) | Int32(NLA_F_NESTED)) else {
            preconditionFailure("a message that outgrew its capacity")
        }
        body(&self)
        // An empty nest would be taken back by nla_nest_end; nf_tables wants some of them (an expression without data).
        nla_nest_end_keep_empty(message, start)
    }

    /// The message as a request; the names serve its errors.
    public consuming func request(_ operation: String, _ subject: String) -> NetlinkRequest {
        NetlinkRequest(operation: operation, subject: subject, message: message)
    }
}
