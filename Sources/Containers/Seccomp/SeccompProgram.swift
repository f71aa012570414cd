import CLinux
import Linux

/// A compiled filter.
public struct SeccompProgram: Sendable, Hashable {
    /// An array of struct sock_filter, 8 bytes each.
    public let bytes: [UInt8]
    /// Flags for seccomp(2).
    public let flags: UInt32

    /// Takes over instructions; nil where they are none or more than the kernel takes (BPF_MAXINSNS is 4096).
    public init?(bytes: [UInt8], flags: UInt32) {
        guard !bytes.isEmpty, bytes.count.isMultiple(of: 8), bytes.count <= 4096 * 8 else { return nil }
        self.bytes = bytes
        self.flags = flags
    }

    /// Puts the filter into force for the calling thread and all that it starts, for good (seccomp(2)).
    ///
    /// - Parameter listening: asks for a descriptor that receives the calls whose action is notify.
    /// - Returns: that descriptor.
    @discardableResult
    public func load(listening: Bool = false) throws(SystemError) -> Int32? {
        // 8: SECCOMP_FILTER_FLAG_NEW_LISTENER.
        let flags = flags | (listening ? 8 : 0)
        let result = try bytes.withUnsafeBytesThrowing { buffer throws(SystemError) in
            try retrying("seccomp") {
                clinux_seccomp_set_filter(flags, buffer.baseAddress, UInt16(buffer.count / 8))
            }
        }
        return listening ? result : nil
    }
}

extension [UInt8] {
    fileprivate func withUnsafeBytesThrowing<Result>(
        _ body: (UnsafeRawBufferPointer) throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        try withUnsafeBufferPointer { buffer throws(SystemError) in try body(UnsafeRawBufferPointer(buffer)) }
    }
}
