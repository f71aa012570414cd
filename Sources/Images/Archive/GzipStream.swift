import CISAL
import Glibc

/// Gzip (RFC 1952) by isa-l; several members behind each other are one stream, as gzip(1) has it.
final class GzipStream: Decompression.Stream {
    private let input: CompressedInput
    private let state: UnsafeMutablePointer<inflate_state>
    private var betweenMembers = true

    init(_ input: CompressedInput) {
        self.input = input
        guard let state = cisal_inflate_new() else { preconditionFailure("out of memory") }
        self.state = state
    }

    deinit {
        free(state)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            if betweenMembers {
                guard try beginMember() else { break }
            }
            guard try input.fill() else { throw ArchiveError(.truncated) }
            let available = input.available
            var inputLeft = available.count
            var outputLeft = buffer.count - filled
            let code = cisal_inflate(
                state,
                available.baseAddress,
                &inputLeft,
                buffer.baseAddress?.advanced(by: filled),
                &outputLeft
            )
            let taken = available.count - inputLeft
            let given = buffer.count - filled - outputLeft
            input.consume(taken)
            filled += given
            guard code == ISAL_DECOMP_OK else { throw ArchiveError(.corrupt("gzip: \(Self.text(code))")) }
            if cisal_inflate_finished(state) != 0 {
                betweenMembers = true
            } else if taken == 0 && given == 0 {
                throw ArchiveError(.corrupt("gzip: no progress"))
            }
        }
        return filled
    }

    /// Readies the next member; false when there is none.
    private func beginMember() throws -> Bool {
        // Some writers pad the end with zeros, which gzip(1) ignores too.
        while input.consumed > 0, try input.fill(), input.available.first == 0 { input.consume(1) }
        guard try input.fill() else {
            if input.consumed == 0 { throw ArchiveError(.truncated) }
            return false
        }
        cisal_inflate_next_member(state)
        betweenMembers = false
        return true
    }

    private static func text(_ code: Int32) -> String {
        switch code {
        case ISAL_INVALID_BLOCK: "invalid block"
        case ISAL_INVALID_SYMBOL: "invalid symbol"
        case ISAL_INVALID_LOOKBACK: "invalid distance"
        case ISAL_INVALID_WRAPPER: "invalid header"
        case ISAL_INCORRECT_CHECKSUM: "wrong checksum"
        default: "error \(code)"
        }
    }
}
