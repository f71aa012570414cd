import CNetlink

/// One message to the kernel, complete but for its sequence number.
public struct NetlinkRequest: Sendable, Hashable {
    /// What is asked, for error messages.
    public var operation: String
    /// What it is about, for error messages.
    public var subject: String
    /// Header and payload, padded to four bytes.
    public package(set) var bytes: [UInt8]

    /// Takes over what libnl built.
    init(operation: String, subject: String, message: OpaquePointer) {
        self.operation = operation
        self.subject = subject
        // nlmsg_hdr never returns NULL; the import says it may.
        guard let header = nlmsg_hdr(message) else { preconditionFailure("a message without a header") }
        let length = Int(header.pointee.nlmsg_len)
        bytes = [UInt8](UnsafeRawBufferPointer(start: header, count: length))
        bytes += [UInt8](repeating: 0, count: (4 - length & 3) & 3)
    }

    /// Sets the sequence number and adds flags to the header.
    package mutating func stamp(sequence: UInt32, flags: Int32) {
        bytes.withUnsafeMutableBytes { raw in
            let old = raw.loadUnaligned(fromByteOffset: 6, as: UInt16.self)
            raw.storeBytes(of: old | UInt16(truncatingIfNeeded: flags), toByteOffset: 6, as: UInt16.self)
            raw.storeBytes(of: sequence, toByteOffset: 8, as: UInt32.self)
        }
    }
}
