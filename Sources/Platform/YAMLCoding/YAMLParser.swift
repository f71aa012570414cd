import CYAML
import JSONCoding

/// Composes the documents of one section from libyaml's events.
///
/// libyaml's parser holds addresses of itself, so that it must not move: it lives on the heap.
final class YAMLParser {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let section: YAMLSection
    private var started = false
    private var composer = YAMLComposer()

    init(_ section: YAMLSection) {
        self.section = section
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        if yaml_parser_initialize(parser) == 1 {
            started = true
            yaml_parser_set_input_string(parser, section.text.baseAddress, section.text.count)
            yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        }
    }

    deinit {
        if started { yaml_parser_delete(parser) }
        parser.deallocate()
    }

    /// The next document that is not empty, nil after the last one.
    func nextDocument() throws(YAMLError) -> JSONNode? {
        while true {
            let event = try next()
            switch event.kind {
            case .streamEnd: return nil
            case .documentStart:
                composer = YAMLComposer()
                let root = try node(try next(), depth: 0)
                if !root.isNull { return root }
            default: continue
            }
        }
    }

    private func node(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> JSONNode {
        let sizeBefore = composer.size
        let node: JSONNode
        switch event.kind {
        case .alias(let name):
            return try composer.alias(name, at: event.position)
        case .scalar(let scalar):
            node = try composer.scalar(scalar, tag: event.tag, at: event.position)
        case .sequenceStart:
            try composer.checkTag(event.tag, collection: "seq", at: event.position)
            node = try sequence(event, depth: depth)
        case .mappingStart:
            try composer.checkTag(event.tag, collection: "map", at: event.position)
            node = try mapping(event, depth: depth)
        default:
            throw YAMLError(message: "unexpected end of a document", position: event.position)
        }
        if let anchor = event.anchor { composer.define(anchor, node, size: composer.size - sizeBefore) }
        return node
    }

    private func sequence(_ start: YAMLEvent, depth: Int) throws(YAMLError) -> JSONNode {
        try checkDepth(start, depth)
        composer.size += 1
        var elements: [JSONNode] = []
        while true {
            let event = try next()
            if case .sequenceEnd = event.kind { break }
            elements.append(try node(event, depth: depth + 1))
        }
        return JSONNode(.array(elements), position: start.position)
    }

    private func mapping(_ start: YAMLEvent, depth: Int) throws(YAMLError) -> JSONNode {
        try checkDepth(start, depth)
        composer.size += 1
        var mapping = YAMLMapping()
        while true {
            let event = try next()
            if case .mappingEnd = event.kind { break }
            if case .scalar(let scalar) = event.kind, scalar.isPlain, scalar.text == "<<", event.tag == nil {
                try mapping.addMerge(key: event.position, value: try node(try next(), depth: depth + 1))
                continue
            }
            let key = try key(event)
            try mapping.add(key: key, at: event.position, value: try node(try next(), depth: depth + 1))
        }
        return JSONNode(.object(try mapping.members()), position: start.position)
    }

    /// A key is the text of a scalar, whatever it would be as a value: `8080:`, `on:` and `0644:` stay as written.
    private func key(_ event: YAMLEvent) throws(YAMLError) -> String {
        switch event.kind {
        case .scalar(let scalar):
            let key = JSONNode(.string(scalar.text), position: event.position)
            composer.size += 1
            if let anchor = event.anchor { composer.define(anchor, key, size: 1) }
            return scalar.text
        case .alias(let name):
            let node = try composer.alias(name, at: event.position)
            if let text = node.stringValue { return text }
            if node.arrayValue == nil, node.members == nil {
                return String(decoding: JSON.serialize(node), as: UTF8.self)
            }
        default: break
        }
        throw YAMLError(message: "a key must be a scalar", position: event.position)
    }

    private func checkDepth(_ event: YAMLEvent, _ depth: Int) throws(YAMLError) {
        guard depth < YAML.depthLimit else {
            throw YAMLError(message: "nested deeper than \(YAML.depthLimit) levels", position: event.position)
        }
    }

    private func next() throws(YAMLError) -> YAMLEvent {
        guard started else { throw error() }
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw error() }
        defer { yaml_event_delete(&event) }
        return YAMLEvent(event, firstLine: section.firstLine)
    }

    private func error() -> YAMLError {
        let state = parser.pointee
        var message = state.problem.map { String(cString: $0) } ?? "out of memory"
        var position: SourcePosition
        if state.error == YAML_READER_ERROR {
            // The reader is ahead of the scanner and knows only the offset of the byte.
            position = place(ofByte: state.problem_offset)
            if state.problem_value >= 0 { message += " (0x\(String(state.problem_value, radix: 16)))" }
        } else {
            position = place(state.problem_mark)
        }
        if let context = state.context {
            message += " " + String(cString: context)
            // Where the construct began says more than where it was found wanting, but is not always known.
            if state.context_mark.line > 0 || state.context_mark.column > 0 {
                let begin = place(state.context_mark)
                message += " (begun on line \(begin.line), column \(begin.column))"
            }
        }
        return YAMLError(message: message, position: position)
    }

    private func place(_ mark: yaml_mark_t) -> SourcePosition {
        SourcePosition(line: section.firstLine + Int(mark.line), column: Int(mark.column) + 1)
    }

    private func place(ofByte offset: Int) -> SourcePosition {
        let before = section.text.prefix(offset)
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let line = before.count { $0 == UInt8(ascii: "\n") }
        let column = before[lineStart...].count { $0 & 0xC0 != 0x80 }
        return SourcePosition(line: section.firstLine + line, column: column + 1)
    }
}
