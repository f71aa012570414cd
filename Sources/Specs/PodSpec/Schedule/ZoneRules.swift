/// The offsets of a time zone from UTC through time: a TZif file (RFC 9636) as a value.
public struct ZoneRules: Sendable, Hashable {
    /// What is wrong with a file of tzdata.
    public struct Malformed: Error, Sendable, Hashable {}

    private let transitions: [Int64]
    /// The offset from each transition on, in seconds east.
    private let offsets: [Int64]
    private let initial: Int64
    /// What holds after the last transition, where the file says so.
    private let rule: ZoneRule?

    /// Coordinated Universal Time.
    public static let utc = ZoneRules(transitions: [], offsets: [], initial: 0, rule: nil)

    private init(transitions: [Int64], offsets: [Int64], initial: Int64, rule: ZoneRule?) {
        self.transitions = transitions
        self.offsets = offsets
        self.initial = initial
        self.rule = rule
    }

    /// Reads a TZif file of any version. Throws where it is none, or not whole.
    public init(tzif bytes: [UInt8]) throws(Malformed) {
        var reader = TZifReader(bytes: bytes)
        var block = try reader.block(wide: false)
        if block.version >= UInt8(ascii: "2") {
            // The first block is for programs of 1990; the second has the same, and more, in 64 bits.
            block = try reader.block(wide: true)
            rule = try reader.footer().flatMap { ZoneRule($0) }
        } else {
            rule = nil
        }
        transitions = block.transitions
        offsets = block.offsets
        initial = block.initial
    }

    /// Seconds to add to UTC for the time on the wall.
    public func offset(at moment: Int64) -> Int64 {
        guard let last = transitions.last, moment < last else {
            if let rule { return rule.offset(at: moment) }
            return offsets.last ?? initial
        }
        // The number of transitions that are not after the moment.
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= moment { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? initial : offsets[low - 1]
    }
}

/// Reads the blocks of a TZif file; every access is checked, since nobody vouches for the file.
private struct TZifReader {
    struct Block {
        var version: UInt8
        var transitions: [Int64]
        var offsets: [Int64]
        var initial: Int64
    }

    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func block(wide: Bool) throws(ZoneRules.Malformed) -> Block {
        guard try take(4) == Array("TZif".utf8)[...], let version = try take(16).first else { throw ZoneRules.Malformed() }
        var counts: [Int] = []
        for _ in 0..<6 { counts.append(Int(try integer(4))) }
        let (utc, standard, leap, times, types, letters) =
            (counts[0], counts[1], counts[2], counts[3], counts[4], counts[5])
        guard counts.allSatisfy({ (0...100_000).contains($0) }), types > 0 else { throw ZoneRules.Malformed() }
        let width = wide ? 8 : 4
        var transitions: [Int64] = []
        for _ in 0..<times { transitions.append(try integer(width)) }
        guard zip(transitions, transitions.dropFirst()).allSatisfy({ $0 < $1 }) else { throw ZoneRules.Malformed() }
        let indexes = try take(times).map { Int($0) }
        var known: [Int64] = []
        for _ in 0..<types {
            known.append(try integer(4))
            _ = try take(2)
        }
        guard indexes.allSatisfy({ $0 < types }), known.allSatisfy({ abs($0) < 90_000 }) else {
            throw ZoneRules.Malformed()
        }
        _ = try take(letters + leap * (width + 4) + standard + utc)
        return Block(
            version: version,
            transitions: transitions,
            offsets: indexes.map { known[$0] },
            initial: known[0]
        )
    }

    /// The rule between the two line feeds at the end; nil for an empty one.
    mutating func footer() throws(ZoneRules.Malformed) -> Substring? {
        guard try take(1).first == 0x0A, let end = bytes[position...].firstIndex(of: 0x0A) else {
            throw ZoneRules.Malformed()
        }
        let text = String(decoding: bytes[position..<end], as: UTF8.self)
        return text.isEmpty ? nil : text[...]
    }

    private mutating func take(_ count: Int) throws(ZoneRules.Malformed) -> ArraySlice<UInt8> {
        guard count >= 0, bytes.count - position >= count else { throw ZoneRules.Malformed() }
        defer { position += count }
        return bytes[position..<position + count]
    }

    private mutating func integer(_ width: Int) throws(ZoneRules.Malformed) -> Int64 {
        let value = try take(width).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return width == 4 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
    }
}
