import JSONCoding
import PodSpec
import YAMLCoding

/// A manifest file's text, cut into its documents.
public struct ManifestText: Sendable {
    /// A part of the text: a document with the marker before it, or comments alone. Together they are the whole text.
    struct Section: Sendable {
        /// With the `---` line before and the `...` line behind it.
        var range: Range<Int>
        /// Between the two.
        var body: Range<Int>
        var hasStartMarker = false
        /// Where the body begins, from 1.
        var firstLine: Int
        /// What it says; nil where it says nothing or cannot be read.
        var node: JSONNode?
        /// What it declares: one object, or those of a list.
        var names: [ObjectName] = []
        /// Why it cannot be replaced or removed by itself.
        var obstacle: String?
    }

    public let bytes: [UInt8]
    private(set) var sections: [Section]

    /// Whether it is a `.json` file: one document, whatever its lines look like.
    let isJSON: Bool

    public init(_ bytes: [UInt8], name: String) {
        self.bytes = bytes
        isJSON = name.hasSuffix(".json")
        sections = isJSON ? [Section(range: 0..<bytes.count, body: 0..<bytes.count, firstLine: 1)] : Self.cut(bytes)
        let hasDirectives = !isJSON && bytes.split(separator: UInt8(ascii: "\n")).contains { $0.first == UInt8(ascii: "%") }
        for index in sections.indices {
            read(&sections[index])
            if hasDirectives { sections[index].obstacle = "the file has YAML directives" }
        }
    }

    /// The objects of the text, as far as it can be read.
    public var names: [ObjectName] { sections.flatMap(\.names) }

    private func read(_ section: inout Section) {
        let text = bytes[section.body]
        if isJSON {
            // What cannot be read has no names, and is found out by whoever misses one.
            section.node = try? JSON.parse(Array(text), positions: true)
        } else {
            let stream = YAML.parse(Array(text))
            section.node = stream.documents.count == 1 && stream.errors.isEmpty ? stream.documents[0] : nil
        }
        guard let node = section.node else { return }
        section.names = NewDocument.objects(in: node).map(NewDocument.name)
        if node.arrayValue != nil || NewDocument.isList(node) { section.obstacle = "it stands in a list" }
    }

    /// Which section declares an object.
    func section(of name: ObjectName) -> Int? { sections.firstIndex { $0.names.contains(name) } }

    // MARK: Cutting

    private static func cut(_ bytes: [UInt8]) -> [Section] {
        var sections: [Section] = []
        // A byte order mark belongs to no line.
        let begin = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var (offset, line) = (begin, 1)
        var section = Section(range: 0..<0, body: begin..<begin, firstLine: 1)
        func close(at end: Int, bodyEnd: Int) {
            guard end > section.range.lowerBound else { return }
            section.range = section.range.lowerBound..<end
            section.body = section.body.lowerBound..<max(section.body.lowerBound, bodyEnd)
            sections.append(section)
        }
        while offset < bytes.count {
            let end = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
            let content = bytes[offset..<end]
            if isMarker(content, UInt8(ascii: "-")) {
                if offset > begin { close(at: offset, bodyEnd: offset) }
                let start = offset > begin ? offset : 0
                section = Section(range: start..<start, body: end..<end, hasStartMarker: true, firstLine: line + 1)
                if hasContent(content.dropFirst(3)) {
                    section.body = (offset + 3)..<(offset + 3)
                    section.firstLine = line
                    section.obstacle = "it begins on the line of its \"---\""
                }
            } else if isMarker(content, UInt8(ascii: ".")) {
                close(at: end, bodyEnd: offset)
                section = Section(range: end..<end, body: end..<end, firstLine: line + 1)
            }
            offset = end
            line += 1
        }
        close(at: bytes.count, bodyEnd: bytes.count)
        return sections
    }

    private static func isMarker(_ line: ArraySlice<UInt8>, _ character: UInt8) -> Bool {
        guard line.count >= 3, line.prefix(3).allSatisfy({ $0 == character }) else { return false }
        return line.count == 3 || isSpace(line[line.startIndex + 3])
    }

    private static func hasContent(_ rest: ArraySlice<UInt8>) -> Bool {
        let first = rest.first { !isSpace($0) }
        return first != nil && first != UInt8(ascii: "#")
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
}
