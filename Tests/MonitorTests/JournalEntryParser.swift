import Monitor
import Testing

/// An entry of the Native Journal Protocol, read back: an own reading of the documents, not the encoder's inverse.
struct JournalEntry {
    private(set) var fields: [(name: String, value: [UInt8])] = []

    init(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let end = try #require(rest.firstIndex(of: 0x0A), "a field without an end")
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            if let equals = line.firstIndex(of: UInt8(ascii: "=")) {
                fields.append((String(decoding: line[..<equals], as: UTF8.self), Array(line[(equals + 1)...])))
                continue
            }
            try #require(rest.count >= 8, "a length of fewer than 8 bytes")
            let length = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(8)
            try #require(rest.count > length && rest[rest.startIndex + length] == 0x0A, "a value that is cut off")
            fields.append((String(decoding: line, as: UTF8.self), Array(rest.prefix(length))))
            rest = rest.dropFirst(length + 1)
        }
    }

    /// The value of a field that is there once.
    subscript(name: String) -> [UInt8]? {
        let found = fields.filter { $0.name == name }
        return found.count == 1 ? found[0].value : nil
    }

    func text(_ name: String) -> String? { self[name].map { String(decoding: $0, as: UTF8.self) } }

    var message: String { text("MESSAGE") ?? "" }
}
