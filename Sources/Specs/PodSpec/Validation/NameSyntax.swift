/// The syntax of Kubernetes's names.
enum NameSyntax {
    static let labelRule = "must be a DNS label: at most 63 of a-z, 0-9 and '-', with a letter or digit at both ends"
    static let subdomainRule =
        "must be a DNS name: at most 253 of a-z, 0-9, '-' and '.', with a letter or digit at both ends of each part"

    /// RFC 1123: `[a-z0-9]([-a-z0-9]*[a-z0-9])?`, at most 63.
    static func isLabel(_ text: some StringProtocol) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, let last = bytes.dropFirst(bytes.count - 1).first, bytes.count <= 63 else {
            return false
        }
        return isLowerOrDigit(first) && isLowerOrDigit(last)
            && bytes.allSatisfy { isLowerOrDigit($0) || $0 == UInt8(ascii: "-") }
    }

    /// Labels with dots between them, at most 253. (The parts may be longer than 63, as in the API.)
    static func isSubdomain(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 253 else { return false }
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.first, let last = part.last else { return false }
            return isLowerOrDigit(first) && isLowerOrDigit(last)
                && part.allSatisfy { isLowerOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    /// A domain in which a resolver looks for names: as a subdomain, also with `_`, and with a dot at its end; or the root.
    static func isSearchDomain(_ text: String) -> Bool {
        if text == "." { return true }
        let name = text.utf8.last == UInt8(ascii: ".") ? text.dropLast() : text[...]
        return isSubdomain(String(name.map { $0 == "_" ? "a" : $0 }))
    }

    /// A label's or annotation's key: `[prefix/]name`.
    static func isQualifiedName(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let name = parts.last, parts.count <= 2, isQualifiedPart(name) else { return false }
        return parts.count == 1 || isSubdomain(String(parts[0]))
    }

    /// A label's value: nothing, or at most 63 of letters, digits, `-`, `_` and `.`.
    static func isLabelValue(_ text: String) -> Bool { text.isEmpty || isQualifiedPart(text[...]) }

    /// A port's name (RFC 6335): at most 15 of a-z, 0-9 and '-', with at least one letter.
    static func isPortName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard isLabel(text), bytes.count <= 15, !text.contains("--") else { return false }
        return bytes.contains { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") }
    }

    /// The name of an HTTP header line.
    static func isHeaderName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                let isLetter = (0x41...0x5A).contains(byte & ~0x20) && byte >= 0x41
                return isLetter || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
            }
    }

    /// An environment variable's name: printable ASCII without `=`.
    static func isVariableName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
    }

    static let dataKeyRule = "is no key: at most 253 letters, digits, '-', '_' and '.', and not '.' or beginning with '..'"

    /// A key of a ConfigMap or Secret, which becomes a file's name.
    static func isDataKey(_ text: String) -> Bool {
        let bytes = text.utf8
        guard !bytes.isEmpty, bytes.count <= 253, text != ".", !text.hasPrefix("..") else { return false }
        return bytes.allSatisfy { isAlphanumeric($0) || [0x2D, 0x2E, 0x5F].contains($0) }
    }

    /// A pod's UID, which becomes a folder's name and part of a container's.
    static func isUID(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, bytes.count <= 63, isAlphanumeric(first) else { return false }
        return bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isQualifiedPart(_ text: Substring) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 63 else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && bytes.allSatisfy { isAlphanumeric($0) || [0x2D, 0x2E, 0x5F].contains($0) }
    }

    private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLowerOrDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}
