/// The lexical rules of image names (distribution specification and docker's `reference` package).
enum ReferenceGrammar {
    /// `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`
    static func isTag(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, bytes.count <= 128 else { return false }
        return isWord(first) && bytes.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    /// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
    static func isPathComponent(_ text: Substring) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, isLowercaseOrDigit(first), isLowercaseOrDigit(last) else {
            return false
        }
        var index = 0
        while index < bytes.count {
            if isLowercaseOrDigit(bytes[index]) {
                index += 1
                continue
            }
            let separator = bytes[index]
            var length = 0
            while index + length < bytes.count, bytes[index + length] == separator { length += 1 }
            switch separator {
            case UInt8(ascii: "."): guard length == 1 else { return false }
            case UInt8(ascii: "_"): guard length <= 2 else { return false }
            case UInt8(ascii: "-"): break
            default: return false
            }
            index += length
            guard index < bytes.count, isLowercaseOrDigit(bytes[index]) else { return false }
        }
        return true
    }

    /// A host name, an IPv4 address or a bracketed IPv6 address, and a port if there is one.
    static func isRegistry(_ text: String) -> Bool {
        var host = Substring(text)
        if host.hasPrefix("[") {
            guard let close = host.firstIndex(of: "]") else { return false }
            let address = host[host.index(after: host.startIndex)..<close]
            guard !address.isEmpty, address.utf8.allSatisfy({ isHexadecimal($0) || $0 == UInt8(ascii: ":") }) else {
                return false
            }
            let after = host[host.index(after: close)...]
            return after.isEmpty || after.first == ":" && isPort(after.dropFirst())
        }
        if let colon = host.firstIndex(of: ":") {
            guard isPort(host[host.index(after: colon)...]) else { return false }
            host = host[..<colon]
        }
        guard !host.isEmpty, host.utf8.count <= 253 else { return false }
        return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            guard let first = label.utf8.first, let last = label.utf8.last else { return false }
            return isAlphanumeric(first) && isAlphanumeric(last)
                && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        }
    }

    /// 64 hexadecimal digits.
    static func isIdentifier(_ text: Substring) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy(isHexadecimal)
    }

    private static func isPort(_ text: Substring) -> Bool {
        guard text.utf8.allSatisfy(isDigit), let port = UInt16(text) else { return false }
        return port > 0
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isLowercase(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isLowercaseOrDigit(_ byte: UInt8) -> Bool { isLowercase(byte) || isDigit(byte) }
    private static func isAlphanumeric(_ byte: UInt8) -> Bool { isLowercase(byte | 0x20) || isDigit(byte) }
    private static func isWord(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || byte == UInt8(ascii: "_") }
    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
}
