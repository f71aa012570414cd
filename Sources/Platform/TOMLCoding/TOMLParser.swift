import JSONCoding

/// Goes through a document once, from the beginning to the end.
struct TOMLParser {
    private static let depthLimit = 64

    let bytes: [UInt8]
    var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    func failure(_ problem: String) -> TOMLError {
        let before = bytes[..<min(index, bytes.count)]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return TOMLError(line: line, column: index - start + 1, problem)
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    func looksAt(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[index...].starts(with: $0) }
    }

    mutating func skipBlanks() {
        while current == 0x20 || current == 0x09 { index += 1 }
    }

    private mutating func skipComment() throws(TOMLError) {
        guard take("#") else { return }
        while let byte = current, byte != 0x0A {
            guard byte >= 0x20 || byte == 0x09 || (byte == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A),
                byte != 0x7F
            else { throw failure("a control character in a comment") }
            index += 1
        }
    }

    /// Blanks, comments and line ends.
    mutating func skipLines() throws(TOMLError) {
        while true {
            skipBlanks()
            try skipComment()
            if take("\n") { continue }
            if looksAt("\r\n") { index += 2; continue }
            return
        }
    }

    private mutating func endLine() throws(TOMLError) {
        skipBlanks()
        try skipComment()
        if index == bytes.count || take("\n") { return }
        guard looksAt("\r\n") else { throw failure("something behind the end of a line's value") }
        index += 2
    }

    // MARK: The document

    mutating func document() throws(TOMLError) -> JSONNode {
        let root = TOMLTable(.header)
        var table = root
        while true {
            try skipLines()
            guard current != nil else { return root.node }
            if take("[") {
                table = try header(root)
                try endLine()
            } else {
                try assignment(in: table)
                try endLine()
            }
        }
    }

    private mutating func header(_ root: TOMLTable) throws(TOMLError) -> TOMLTable {
        let isArray = take("[")
        let start = index
        let path = try keyPath()
        guard take("]"), !isArray || take("]") else { throw failure("a table's header without its end") }
        let end = index
        index = start
        var table = root
        for key in path.dropLast() { table = try step(into: key, of: table) }
        let last = path[path.count - 1]
        let result: TOMLTable
        switch (table[last], isArray) {
        case (nil, false):
            result = TOMLTable(.header)
            table[last] = .table(result)
        case (nil, true):
            result = TOMLTable(.header)
            table[last] = .tables([result])
        case (.tables(let tables), true):
            result = TOMLTable(.header)
            table[last] = .tables(tables + [result])
        case (.table(let known), false) where known.origin == .implied:
            known.origin = .header
            result = known
        default: throw failure("\"\(last)\" is defined already")
        }
        index = end
        return result
    }

    private func step(into key: String, of table: TOMLTable) throws(TOMLError) -> TOMLTable {
        switch table[key] {
        case nil:
            let made = TOMLTable(.implied)
            table[key] = .table(made)
            return made
        case .table(let known)?: return known
        case .tables(let tables)?: return tables[tables.count - 1]
        case .value?: throw failure("\"\(key)\" is no table")
        }
    }

    private mutating func assignment(in table: TOMLTable, depth: Int = 0) throws(TOMLError) {
        let start = index
        let path = try keyPath()
        guard take("=") else { throw failure("a key without \"=\"") }
        skipBlanks()
        let value = try value(depth: depth)
        let end = index
        index = start
        var table = table
        for key in path.dropLast() {
            switch table[key] {
            case nil:
                let made = TOMLTable(.dotted)
                table[key] = .table(made)
                table = made
            case .table(let known)? where known.origin == .dotted: table = known
            default: throw failure("\"\(key)\" is defined already")
            }
        }
        guard table[path[path.count - 1]] == nil else { throw failure("\"\(path[path.count - 1])\" is defined already") }
        table[path[path.count - 1]] = .value(value)
        index = end
    }

    private mutating func keyPath() throws(TOMLError) -> [String] {
        var path: [String] = []
        repeat {
            skipBlanks()
            path.append(try key())
            skipBlanks()
            guard path.count <= Self.depthLimit else { throw failure("a key of too many parts") }
        } while take(".")
        return path
    }

    private mutating func key() throws(TOMLError) -> String {
        if current == UInt8(ascii: "\"") || current == UInt8(ascii: "'") {
            guard !looksAt("\"\"\"") && !looksAt("'''") else { throw failure("a key of several lines") }
            return try string()
        }
        let start = index
        while let byte = current, Self.isBare(byte) { index += 1 }
        guard index > start else { throw failure("no key") }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(TOMLError) -> JSONNode {
        guard depth < Self.depthLimit else { throw failure("nested too deeply") }
        switch current {
        case UInt8(ascii: "\"")?, UInt8(ascii: "'")?: return JSONNode(try string())
        case UInt8(ascii: "[")?: return try array(depth: depth)
        case UInt8(ascii: "{")?: return try inlineTable(depth: depth)
        default: return try scalar()
        }
    }

    private mutating func array(depth: Int) throws(TOMLError) -> JSONNode {
        index += 1
        var elements: [JSONNode] = []
        while true {
            try skipLines()
            if take("]") { return JSONNode(.array(elements)) }
            elements.append(try value(depth: depth + 1))
            try skipLines()
            if take(",") { continue }
            guard take("]") else { throw failure("an array without its end") }
            return JSONNode(.array(elements))
        }
    }

    private mutating func inlineTable(depth: Int) throws(TOMLError) -> JSONNode {
        index += 1
        let table = TOMLTable(.dotted)
        skipBlanks()
        if take("}") { return table.node }
        while true {
            skipBlanks()
            try assignment(in: table, depth: depth + 1)
            skipBlanks()
            if take(",") { continue }
            guard take("}") else { throw failure("an inline table without its end") }
            return table.node
        }
    }
}
