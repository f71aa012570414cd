/// A pattern for one part of a path, as Go's filepath.Match has it: `*`, `?`, `[a-z]`, `[^a-z]`, and `\` before a character.
struct NamePattern: Sendable, Hashable {
    private enum Item: Sendable, Hashable {
        case byte(UInt8)
        case any
        case many
        case set([ClosedRange<UInt8>], isNegated: Bool)
    }

    private let items: [Item]

    /// Nil where a `[` has no end, or a `\` nothing behind it.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        var items: [Item] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "*"):
                if items.last != .many { items.append(.many) }
            case UInt8(ascii: "?"): items.append(.any)
            case UInt8(ascii: "\\"):
                guard index < bytes.count else { return nil }
                items.append(.byte(bytes[index]))
                index += 1
            case UInt8(ascii: "["):
                guard let set = Self.set(bytes, &index) else { return nil }
                items.append(set)
            default: items.append(.byte(byte))
            }
        }
        self.items = items
    }

    private static func set(_ bytes: [UInt8], _ index: inout Int) -> Item? {
        var ranges: [ClosedRange<UInt8>] = []
        var isNegated = false
        if index < bytes.count, bytes[index] == UInt8(ascii: "^") {
            isNegated = true
            index += 1
        }
        func character() -> UInt8? {
            guard index < bytes.count else { return nil }
            if bytes[index] == UInt8(ascii: "\\") { index += 1 }
            guard index < bytes.count else { return nil }
            index += 1
            return bytes[index - 1]
        }
        while index < bytes.count, bytes[index] != UInt8(ascii: "]") || ranges.isEmpty {
            guard let low = character() else { return nil }
            var high = low
            if index + 1 < bytes.count, bytes[index] == UInt8(ascii: "-"), bytes[index + 1] != UInt8(ascii: "]") {
                index += 1
                guard let end = character() else { return nil }
                high = end
            }
            guard low <= high else { return nil }
            ranges.append(low...high)
        }
        guard index < bytes.count else { return nil }
        index += 1
        return .set(ranges, isNegated: isNegated)
    }

    /// Whether the pattern is a plain name.
    var isLiteral: Bool {
        items.allSatisfy { if case .byte = $0 { true } else { false } }
    }

    /// The name that a plain pattern means.
    var literal: [UInt8] {
        items.compactMap { if case .byte(let byte) = $0 { byte } else { nil } }
    }

    /// Never more steps than pattern times name.
    func matches(_ name: some Collection<UInt8>) -> Bool {
        let name = Array(name)
        var (p, n) = (0, 0)
        var star: (item: Int, name: Int)?
        while n < name.count {
            if p < items.count, items[p] == .many {
                star = (p, n)
                p += 1
            } else if p < items.count, Self.matches(items[p], name[n]) {
                p += 1
                n += 1
            } else if let last = star {
                star = (last.item, last.name + 1)
                p = last.item + 1
                n = last.name + 1
            } else {
                return false
            }
        }
        return items[p...].allSatisfy { $0 == .many }
    }

    private static func matches(_ item: Item, _ byte: UInt8) -> Bool {
        switch item {
        case .byte(let wanted): byte == wanted
        case .any: true
        case .many: false
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(byte) } != isNegated
        }
    }
}
