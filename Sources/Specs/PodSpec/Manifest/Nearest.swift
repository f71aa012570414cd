/// Finds the known name that an unknown one was probably meant to be.
public enum Nearest {
    /// The closest of the names, nil if none is close enough to be meant.
    public static func name(to wrong: String, among names: [String]) -> String? {
        // Nobody means a field by a page of text, and the distance costs the product of the lengths.
        guard wrong.utf8.count <= 64 else { return nil }
        let folded = Array(wrong.lowercased().unicodeScalars)
        let limit = max(1, folded.count / 3)
        let ranked = names.map { ($0, distance(folded, Array($0.lowercased().unicodeScalars))) }
        guard let best = ranked.min(by: { $0.1 < $1.1 }), best.1 <= limit, !best.0.isEmpty else { return nil }
        return best.0
    }

    /// Levenshtein's distance, with two neighbours that changed places counted as one change.
    static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var twoBack: [Int] = []
        var previous = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            row.reserveCapacity(b.count + 1)
            for j in b.indices {
                var best = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, twoBack[j - 1] + 1) }
                row.append(best)
            }
            twoBack = previous
            previous = row
        }
        return previous[b.count]
    }
}
