import CJansson

extension JSON {
    /// Parses a text: any one JSON value, UTF-8, no key twice in an object, at most `depthLimit` levels.
    ///
    /// How much text is too much is for the caller to say. Strings may hold U+0000: who hands them to C refuses it.
    /// With `positions` every node and key knows its place, which costs a second pass.
    public static func parse(
        _ bytes: some Collection<UInt8>,
        positions: Bool = false
    ) throws(JSONSyntaxError) -> JSONNode {
        let result = bytes.withContiguousStorageIfAvailable { parse(buffer: $0, positions: positions) }
        return try (result ?? Array(bytes).withUnsafeBufferPointer { parse(buffer: $0, positions: positions) }).get()
    }

    private static func parse(
        buffer: UnsafeBufferPointer<UInt8>,
        positions: Bool
    ) -> Result<JSONNode, JSONSyntaxError> {
        let flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL
        var error = json_error_t()
        var root = load(buffer, flags: flags, error: &error)
        var reread = positions
        if root == nil, json_error_code(&error) == json_error_numeric_overflow {
            // jansson's integers end at Int64.max. As reals they pass, and the scanner reads their digits again.
            root = load(buffer, flags: flags | JSON_DECODE_INT_AS_REAL, error: &error)
            reread = true
        }
        guard let root else { return .failure(JSONSyntaxError(error, in: buffer)) }
        defer { json_decref(root) }
        guard var node = node(root, depth: 0) else {
            return .failure(JSONScanner.depthError(in: buffer))
        }
        if reread {
            var scanner = JSONScanner(buffer)
            scanner.annotate(&node, positions: positions)
        }
        return .success(node)
    }

    private static func load(
        _ buffer: UnsafeBufferPointer<UInt8>,
        flags: Int32,
        error: inout json_error_t
    ) -> UnsafeMutablePointer<json_t>? {
        // An empty buffer may have no address, which jansson takes for a wrong argument.
        guard let start = buffer.baseAddress else { return json_loadb("", 0, Int(flags), &error) }
        return start.withMemoryRebound(to: CChar.self, capacity: buffer.count) {
            json_loadb($0, buffer.count, Int(flags), &error)
        }
    }

    /// The tree under a jansson value; nil if it is too deep.
    private static func node(_ json: UnsafeMutablePointer<json_t>, depth: Int) -> JSONNode? {
        switch json.pointee.type {
        case JSON_NULL: return JSONNode(.null)
        case JSON_TRUE: return JSONNode(.bool(true))
        case JSON_FALSE: return JSONNode(.bool(false))
        case JSON_INTEGER: return JSONNode(.integer(json_integer_value(json)))
        case JSON_REAL: return JSONNode(.number(json_real_value(json)))
        case JSON_STRING: return JSONNode(.string(string(json_string_value(json), json_string_length(json))))
        case JSON_ARRAY:
            guard depth < depthLimit else { return nil }
            var elements: [JSONNode] = []
            let count = json_array_size(json)
            elements.reserveCapacity(count)
            for index in 0..<count {
                guard let element = json_array_get(json, index), let node = node(element, depth: depth + 1)
                else { return nil }
                elements.append(node)
            }
            return JSONNode(.array(elements))
        default:
            guard depth < depthLimit else { return nil }
            var members: [JSONNode.Member] = []
            members.reserveCapacity(json_object_size(json))
            // jansson iterates in the order of insertion, which is that of the text.
            var iterator = json_object_iter(json)
            while let current = iterator {
                guard let value = json_object_iter_value(current), let node = node(value, depth: depth + 1)
                else { return nil }
                let key = string(json_object_iter_key(current), json_object_iter_key_len(current))
                members.append(JSONNode.Member(key: key, value: node))
                iterator = json_object_iter_next(json, current)
            }
            return JSONNode(.object(members))
        }
    }

    private static func string(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
        let raw = UnsafeRawBufferPointer(start: start, count: count)
        return String(decoding: raw, as: UTF8.self)
    }
}

extension JSONSyntaxError {
    /// jansson's error, placed at the beginning of the token that it names and without the parts meant for C programmers.
    fileprivate init(_ error: json_error_t, in buffer: UnsafeBufferPointer<UInt8>) {
        var error = error
        if json_error_code(&error) == json_error_duplicate_key,
            let duplicate = JSONScanner.duplicateKey(in: buffer)
        {
            self = duplicate
            return
        }
        let message = withUnsafeBytes(of: &error.text) { text in
            String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        }
        self.init(message: message, position: Self.place(of: message, line: error.line, column: error.column))
    }

    /// jansson counts the column after the token has been read; `… near 'token'` tells how long that was.
    private static func place(of message: String, line: Int32, column: Int32) -> SourcePosition {
        var column = Int(column)
        let quote = UInt8(ascii: "'")
        if message.utf8.last == quote, let range = message.utf8.firstRange(of: " near '") {
            column -= message[range.upperBound...].unicodeScalars.count - 2
        }
        return SourcePosition(line: max(1, Int(line)), column: max(1, column))
    }
}

extension String.UTF8View {
    fileprivate func firstRange(of text: String) -> Range<Index>? {
        let wanted = Array(text.utf8)
        var start = startIndex
        while start != endIndex {
            if self[start...].starts(with: wanted) { return start..<index(start, offsetBy: wanted.count) }
            start = index(after: start)
        }
        return nil
    }
}
