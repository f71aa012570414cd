/// Cuts a Containerfile into instructions: directives, comments, continuation lines and heredocs.
struct SourceReader {
    static let sizeLimit = 4 << 20
    private static let lineLimit = 1 << 20
    /// Instructions that take bodies of text.
    private static let withHeredocs: Set<String> = ["RUN", "COPY", "ADD"]

    let file: String
    private let lines: [ArraySlice<UInt8>]
    private var next = 0
    private(set) var escape = UInt8(ascii: "\\")

    init(_ bytes: [UInt8], file: String) throws(ContainerfileError) {
        self.file = file
        guard bytes.count <= Self.sizeLimit else {
            throw ContainerfileError(
                file: file,
                at: TextPosition(line: 1, column: 1),
                "larger than \(Self.sizeLimit) bytes"
            )
        }
        let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        lines = body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0
        }
        try checkText()
        try readDirectives()
    }

    /// The next instruction; nil at the end.
    mutating func instruction() throws(ContainerfileError) -> LogicalLine? {
        var line = LogicalLine()
        while next < lines.count {
            let (number, raw) = (next + 1, lines[next])
            next += 1
            let start = raw.firstIndex { !$0.isWhite } ?? raw.endIndex
            // Comments and empty lines stand between the parts of an instruction as well.
            if start == raw.endIndex || raw[start] == UInt8(ascii: "#") { continue }
            // What continues a line keeps its white space: it may be inside of quotes.
            let part = line.isEmpty ? raw[start...] : raw
            let position = TextPosition(line: number, column: part.startIndex - raw.startIndex + 1)
            guard line.bytes.count + part.count <= Self.lineLimit else {
                throw ContainerfileError(
                    file: file,
                    at: position,
                    "an instruction of more than \(Self.lineLimit) bytes"
                )
            }
            if let end = continuation(part) {
                line.append(part[..<end], at: position)
                continue
            }
            line.append(part, at: position)
            break
        }
        guard !line.isEmpty else { return nil }
        try readHeredocs(of: &line)
        return line
    }

    /// Where the mark is that continues a line; nil where there is none.
    private func continuation(_ line: ArraySlice<UInt8>) -> Int? {
        guard let last = line.lastIndex(where: { !$0.isBlank }), line[last] == escape else { return nil }
        // Escaped itself.
        if last > line.startIndex, line[last - 1] == escape { return nil }
        return last
    }

    private mutating func readHeredocs(of line: inout LogicalLine) throws(ContainerfileError) {
        let keyword = line.bytes.prefix { !$0.isWhite }.text.uppercased()
        // ONBUILD takes an instruction, with its bodies.
        let rest = line.bytes.dropFirst(keyword.utf8.count).trimmed.prefix { !$0.isWhite }.text.uppercased()
        guard Self.withHeredocs.contains(keyword == "ONBUILD" ? rest : keyword) else { return }
        for var heredoc in HeredocMarkers.find(in: line.bytes, escape: escape) {
            let position = line.position(heredoc.range.lowerBound)
            var body: [UInt8] = []
            while true {
                guard next < lines.count else {
                    throw ContainerfileError(file: file, at: position, "the heredoc \(heredoc.name) does not end")
                }
                var text = lines[next]
                next += 1
                if heredoc.stripsTabs { text = text.drop { $0 == UInt8(ascii: "\t") } }
                if text.elementsEqual(heredoc.name.utf8) { break }
                body += text + [UInt8(ascii: "\n")]
            }
            heredoc.content = body.text
            line.heredocs.append(heredoc)
        }
    }

    /// `# name=value` lines at the very beginning.
    private mutating func readDirectives() throws(ContainerfileError) {
        var seen: Set<String> = []
        for (index, raw) in lines.enumerated() {
            let line = raw.trimmed
            guard line.first == UInt8(ascii: "#") else { return }
            let body = line.dropFirst()
            guard let equals = body.firstIndex(of: UInt8(ascii: "=")) else { return }
            let name = body[..<equals].trimmed.text.lowercased()
            guard ["escape", "syntax", "check"].contains(name) else { return }
            let value = body[(equals + 1)...].trimmed
            let position = TextPosition(line: index + 1, column: line.startIndex - raw.startIndex + 1)
            guard seen.insert(name).inserted else {
                throw ContainerfileError(file: file, at: position, "the directive \(name) is given twice")
            }
            if name == "escape" {
                guard value.count == 1, let mark = value.first, mark == UInt8(ascii: "\\") || mark == UInt8(ascii: "`")
                else {
                    throw ContainerfileError(file: file, at: position, "escape is \\ or `, not \"\(value.text)\"")
                }
                escape = mark
            }
        }
    }

    private func checkText() throws(ContainerfileError) {
        for (index, line) in lines.enumerated() {
            // The kernel ends every string at a zero byte: what is behind it would be another text to it than to us.
            let zero = line.firstIndex(of: 0)
            if zero == nil, String(validating: line, as: UTF8.self) != nil { continue }
            let column = zero.map { $0 - line.startIndex + 1 } ?? 1
            let message = zero == nil ? "not UTF-8" : "a zero byte"
            throw ContainerfileError(file: file, at: TextPosition(line: index + 1, column: column), message)
        }
    }
}

/// The marks `<<NAME`, `<<-NAME`, `<<"NAME"` of a line.
enum HeredocMarkers {
    static func find(in line: [UInt8], escape: UInt8) -> [Heredoc] {
        var found: [Heredoc] = []
        var index = 0
        var quote: UInt8?
        while index < line.count {
            let byte = line[index]
            if byte == escape && quote != UInt8(ascii: "'") {
                index += 2
                continue
            }
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
            } else if let (heredoc, end) = marker(line, at: index) {
                found.append(heredoc)
                index = end
                continue
            }
            index += 1
        }
        return found
    }

    private static func marker(_ line: [UInt8], at start: Int) -> (Heredoc, Int)? {
        let less = UInt8(ascii: "<")
        guard start + 2 < line.count, line[start] == less, line[start + 1] == less else { return nil }
        var begin = start
        // `5<<NAME`: a number of a descriptor in front of it.
        while begin > 0, line[begin - 1].isDigit { begin -= 1 }
        guard begin == 0 || line[begin - 1].isWhite else { return nil }
        var index = start + 2
        let strips = line[index] == UInt8(ascii: "-")
        if strips { index += 1 }
        var quote: UInt8?
        if index < line.count, line[index] == UInt8(ascii: "\"") || line[index] == UInt8(ascii: "'") {
            quote = line[index]
            index += 1
        }
        let nameStart = index
        while index < line.count,
            line[index].isNameByte || (quote != nil && line[index] != quote && !line[index].isWhite)
        {
            index += 1
        }
        let name = line[nameStart..<index].text
        if let quote {
            guard index < line.count, line[index] == quote else { return nil }
            index += 1
        }
        guard !name.isEmpty, index == line.count || line[index].isWhite || [59, 38, 124, 62, 41].contains(line[index])
        else { return nil }
        let heredoc = Heredoc(
            name: name,
            expands: quote == nil,
            stripsTabs: strips,
            content: "",
            range: start..<index
        )
        return (heredoc, index)
    }
}
