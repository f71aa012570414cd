/// What a server wants to see before it answers: a `WWW-Authenticate` header (RFC 9110, 11.6.1).
package struct AuthenticationChallenge: Equatable {
    /// In lower case: `bearer`, `basic`.
    package var scheme: String
    /// Names in lower case.
    package var parameters: [String: String]

    package init(scheme: String, parameters: [String: String]) {
        self.scheme = scheme
        self.parameters = parameters
    }

    /// The challenges of a header's value, which may hold several.
    package static func parse(_ header: String) -> [AuthenticationChallenge] {
        var scanner = Scanner(header)
        var challenges: [AuthenticationChallenge] = []
        while true {
            scanner.skip(", \t")
            let word = scanner.token()
            guard !word.isEmpty else { return challenges }
            scanner.skip(" \t")
            if scanner.take("="), !challenges.isEmpty {
                scanner.skip(" \t")
                challenges[challenges.count - 1].parameters[word.lowercased()] = scanner.value()
            } else {
                challenges.append(AuthenticationChallenge(scheme: word.lowercased(), parameters: [:]))
            }
        }
    }

    private struct Scanner {
        var rest: ArraySlice<UInt8>

        init(_ text: String) { rest = Array(text.utf8)[...] }

        mutating func skip(_ characters: String) {
            rest = rest.drop { characters.utf8.contains($0) }
        }

        mutating func take(_ character: Character) -> Bool {
            guard let byte = character.asciiValue, rest.first == byte else { return false }
            rest = rest.dropFirst()
            return true
        }

        mutating func token() -> String {
            let word = rest.prefix { !" \t,=\"".utf8.contains($0) }
            // Something that belongs to no token must not stop the scanner for good.
            if word.isEmpty, !rest.isEmpty {
                rest = []
                return ""
            }
            rest = rest.dropFirst(word.count)
            return String(decoding: word, as: UTF8.self)
        }

        mutating func value() -> String {
            guard take("\"") else { return token() }
            var bytes: [UInt8] = []
            while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
                if byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() {
                    bytes.append(escaped)
                } else {
                    bytes.append(byte)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
