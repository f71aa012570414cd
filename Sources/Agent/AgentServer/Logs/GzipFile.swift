import CISAL
import Glibc
import Linux

/// A log that the monitor has compressed: gzip members behind each other (RFC 1952), the first of them without content.
final class GzipFile {
    private let path: String
    private let state: UnsafeMutablePointer<inflate_state>
    private var input: [UInt8] = []
    private var consumed = 0
    private var position: Int64 = 0
    private var isBetweenMembers = true

    init(path: String) {
        self.path = path
        guard let state = cisal_inflate_new() else { preconditionFailure("out of memory") }
        self.state = state
    }

    deinit {
        free(state)
    }

    /// The inode of the file that was compressed, in the extra field `SL` of the first member; nil where another program has made it.
    func mark(in file: borrowing Descriptor) throws(SystemError) -> UInt64? {
        let number = file.rawValue
        var head = [UInt8](repeating: 0, count: 24)
        let count = try retrying("pread", path) { head.withUnsafeMutableBytes { pread(number, $0.baseAddress, $0.count, 0) } }
        let isMarked = head[0..<4] == [0x1F, 0x8B, 8, 4] && head[10..<16] == [12, 0, UInt8(ascii: "S"), UInt8(ascii: "L"), 8, 0]
        guard count == head.count, isMarked else { return nil }
        return head[16...].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    func rewind() {
        input = []
        consumed = 0
        position = 0
        isBetweenMembers = true
    }

    /// The next bytes of the content; empty at its end.
    func next(_ limit: Int, of file: borrowing Descriptor) throws(SystemError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: limit)
        var filled = 0
        while filled < limit {
            if consumed == input.count, try !refill(file) {
                if isBetweenMembers { break }
                throw damaged
            }
            if isBetweenMembers {
                cisal_inflate_next_member(state)
                isBetweenMembers = false
            }
            let before = (consumed, filled)
            try inflate(into: &output, &filled)
            if cisal_inflate_finished(state) != 0 {
                isBetweenMembers = true
            } else if before == (consumed, filled) {
                throw damaged
            }
        }
        output.removeSubrange(filled...)
        return output
    }

    private func inflate(into output: inout [UInt8], _ filled: inout Int) throws(SystemError) {
        var inputLeft = input.count - consumed
        var outputLeft = output.count - filled
        let code = input.withUnsafeBytes { source in
            output.withUnsafeMutableBytes { target in
                cisal_inflate(
                    state,
                    source.baseAddress.map { $0 + consumed },
                    &inputLeft,
                    target.baseAddress.map { $0 + filled },
                    &outputLeft
                )
            }
        }
        consumed = input.count - inputLeft
        filled = output.count - outputLeft
        if code != ISAL_DECOMP_OK { throw damaged }
    }

    /// False at the end of the file.
    private func refill(_ file: borrowing Descriptor) throws(SystemError) -> Bool {
        let (number, from) = (file.rawValue, position)
        var bytes = [UInt8](repeating: 0, count: LogChunk.size)
        let count = try retrying("pread", path) {
            bytes.withUnsafeMutableBytes { pread(number, $0.baseAddress, $0.count, off_t(from)) }
        }
        bytes.removeSubrange(count...)
        position += Int64(count)
        input = bytes
        consumed = 0
        return count > 0
    }

    /// EBADMSG: what it says of itself is not so.
    private var damaged: SystemError { SystemError(call: "inflate", errno: EBADMSG, subject: path) }
}
