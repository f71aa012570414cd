import JSONCoding
import PodSpec

extension ManifestText {
    /// The text with another document in a section's place.
    func replacing(_ index: Int, with document: NewDocument) -> [UInt8] {
        if isJSON { return JSON.serialize(document.node, style: .pretty) + [UInt8(ascii: "\n")] }
        let section = sections[index]
        let old = bytes[section.body]
        let new = document.text
        var body: [UInt8] = []
        let leading = Self.leadingComments(old)
        if Self.leadingComments(new[...]).isEmpty { body += old[leading] }
        body += new
        if body.last != UInt8(ascii: "\n") { body.append(UInt8(ascii: "\n")) }
        let trailing = Self.trailingComments(old, after: leading.upperBound)
        if Self.trailingComments(new[...], after: 0).isEmpty { body += old[trailing] }
        return bytes[..<section.body.lowerBound] + body + bytes[section.body.upperBound...]
    }

    /// The text without some sections; nil where no document is left.
    func removing(_ indices: Set<Int>) -> [UInt8]? {
        guard sections.indices.contains(where: { !indices.contains($0) && sections[$0].body.contains(where: isContent) })
        else { return nil }
        var kept: [UInt8] = []
        var hasEarlier = false
        for (index, section) in sections.enumerated() {
            guard indices.contains(index) else {
                // What was behind `...` needs a marker where the text before it ends otherwise now.
                let needsMarker = !section.hasStartMarker && hasEarlier && indices.contains(index - 1)
                if needsMarker { kept += Array("---\n".utf8) }
                kept += bytes[section.range]
                hasEarlier = true
                continue
            }
        }
        return kept
    }

    private func isContent(_ offset: Int) -> Bool {
        // The first character of a line that is neither blank nor a comment.
        guard !Self.isSpace(bytes[offset]), bytes[offset] != UInt8(ascii: "#") else { return false }
        var place = offset
        while place > 0, bytes[place - 1] != UInt8(ascii: "\n") {
            place -= 1
            if !Self.isSpace(bytes[place]) { return false }
        }
        return true
    }

    /// The comments, with the blank lines between them, that a document begins with.
    private static func leadingComments(_ text: ArraySlice<UInt8>) -> Range<Int> {
        var end = text.startIndex
        for line in lines(of: text) {
            guard let first = text[line].first(where: { !isSpace($0) }) else { continue }
            guard first == UInt8(ascii: "#") else { break }
            end = line.upperBound
        }
        return text.startIndex..<end
    }

    /// The comments at the first column, with the blank lines between them, that a document ends with.
    private static func trailingComments(_ text: ArraySlice<UInt8>, after start: Int) -> Range<Int> {
        var begin = text.endIndex
        for line in lines(of: text).reversed() where line.lowerBound >= start {
            if text[line].first == UInt8(ascii: "#") { begin = line.lowerBound } else if !text[line].allSatisfy(isSpace) { break }
        }
        return begin..<text.endIndex
    }

    private static func lines(of text: ArraySlice<UInt8>) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = text.startIndex
        while start < text.endIndex {
            let end = text[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? text.endIndex
            lines.append(start..<end)
            start = end
        }
        return lines
    }
}
