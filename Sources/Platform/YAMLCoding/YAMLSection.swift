/// A part of a text that is parsed by itself: usually one document.
///
/// libyaml cannot go on after an error. A line that begins with `---` or `...` is a boundary wherever it stands (block
/// scalars are indented, quoted ones must not contain it), so that cutting there first loses nothing, and an error ends
/// only its own section.
struct YAMLSection {
    let text: UnsafeBufferPointer<UInt8>
    /// The text's own line number of the section's first line, counted from 1.
    let firstLine: Int

    static func sections(of text: UnsafeBufferPointer<UInt8>) -> [YAMLSection] {
        var sections: [YAMLSection] = []
        var start = 0
        var startLine = 1
        var line = 1
        var offset = 0
        var hasContent = false

        func cut(at end: Int, line: Int) {
            if hasContent {
                let slice = UnsafeBufferPointer(rebasing: text[start..<end])
                sections.append(YAMLSection(text: slice, firstLine: startLine))
            }
            start = end
            startLine = line
            hasContent = false
        }

        while offset < text.count {
            let end = text[offset...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? text.count
            let content = UnsafeBufferPointer(rebasing: text[offset..<end])
            switch Kind(of: content) {
            case .start:
                // Directives and comments before it belong to the document that begins here.
                if hasContent { cut(at: offset, line: line) }
                hasContent = Self.hasMoreThanMarker(content)
            case .end:
                cut(at: end, line: line + 1)
            case .blank:
                break
            case .content:
                hasContent = true
            }
            offset = end
            line += 1
        }
        cut(at: text.count, line: line)
        return sections
    }

    private enum Kind {
        case start
        case end
        /// White space, a comment or a directive.
        case blank
        case content

        init(of line: UnsafeBufferPointer<UInt8>) {
            if YAMLSection.isMarker(line, UInt8(ascii: "-")) {
                self = .start
            } else if YAMLSection.isMarker(line, UInt8(ascii: ".")) {
                self = .end
            } else if line.first == UInt8(ascii: "%") {
                self = .blank
            } else {
                let first = line.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D && $0 != 0x0A }
                self = first == nil || first == UInt8(ascii: "#") ? .blank : .content
            }
        }
    }

    private static func isMarker(_ line: UnsafeBufferPointer<UInt8>, _ character: UInt8) -> Bool {
        guard line.count >= 3, line.prefix(3).allSatisfy({ $0 == character }) else { return false }
        return line.count == 3 || [0x20, 0x09, 0x0D, 0x0A].contains(line[3])
    }

    private static func hasMoreThanMarker(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        let rest = line.dropFirst(3).first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D && $0 != 0x0A }
        return rest != nil && rest != UInt8(ascii: "#")
    }
}
