/// A list of numbers as the kernel writes it: `0-3,7`.
struct NumberList: Sendable {
    /// Bit `n` of the whole is bit `n % 64` of word `n / 64`, as the kernel takes masks.
    let words: [UInt64]

    /// No machine has more processors or nodes.
    static let limit = 8192

    /// Nil for what is no list, or an empty one.
    init?(_ text: String) {
        var words: [UInt64] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first >= 0,
                first <= last, last < Self.limit
            else { return nil }
            while words.count <= last / 64 { words.append(0) }
            for number in first...last { words[number / 64] |= 1 << UInt64(number % 64) }
        }
        self.words = words
    }
}
