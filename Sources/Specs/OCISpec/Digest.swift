/// The address of a piece of content: `algorithm:hex`, as in the image specification's descriptor page.
///
/// A value of this type is always well formed: one of the registered algorithms and as many lower-case hexadecimal
/// digits as it gives. It is therefore safe to use as a file name.
public struct Digest: Sendable, Hashable {
    /// An algorithm that the image specification registers.
    public enum Algorithm: String, Sendable, CaseIterable {
        case sha256
        case sha512

        /// The number of hexadecimal digits of a hash.
        public var digits: Int {
            switch self {
            case .sha256: 64
            case .sha512: 128
            }
        }
    }

    /// The hash function.
    public let algorithm: Algorithm
    /// The hash in lower-case hexadecimal digits.
    public let hex: String

    /// Reads `algorithm:hex`.
    public init(_ text: String) throws(DigestError) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            throw DigestError(text: text, reason: .malformed)
        }
        let name = String(text[..<colon])
        guard let algorithm = Algorithm(rawValue: name) else {
            throw DigestError(text: text, reason: .unsupportedAlgorithm(name))
        }
        let hex = text[text.utf8.index(after: colon)...]
        guard hex.utf8.count == algorithm.digits, hex.utf8.allSatisfy(Hexadecimal.isLowercaseDigit) else {
            throw DigestError(text: text, reason: .malformed)
        }
        self.algorithm = algorithm
        self.hex = String(hex)
    }

    /// Creates the digest of a hash that was computed elsewhere.
    ///
    /// `hash` must have the length that the algorithm gives.
    public init(algorithm: Algorithm, hash: some Collection<UInt8>) {
        precondition(hash.count * 2 == algorithm.digits, "a hash of the wrong length")
        self.algorithm = algorithm
        self.hex = Hexadecimal.text(hash)
    }

    /// Computes the SHA-256 digest of `bytes`; meant for manifests and the like, not for layers.
    public static func sha256(of bytes: some Sequence<UInt8>) -> Digest {
        Digest(algorithm: .sha256, hash: SHA256.hash(bytes))
    }

    /// The first twelve digits, as people like to see them.
    public var shortHex: String { String(hex.prefix(12)) }
}

extension Digest: CustomStringConvertible {
    public var description: String { "\(algorithm.rawValue):\(hex)" }
}

extension Digest: Comparable {
    public static func < (left: Digest, right: Digest) -> Bool { left.description < right.description }
}

extension Digest: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do throws(DigestError) {
            try self.init(text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A text that is no digest.
public struct DigestError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with the text.
    public enum Reason: Sendable, Hashable {
        case malformed
        case unsupportedAlgorithm(String)
    }

    /// The text that was read.
    public var text: String
    /// What is wrong with it.
    public var reason: Reason

    public init(text: String, reason: Reason) {
        self.text = text
        self.reason = reason
    }

    public var description: String {
        let shown = text.count > 100 ? "\(text.prefix(100))…" : text
        return switch reason {
        case .malformed: "\"\(shown)\" is no digest (expected sha256:<64 lower-case hexadecimal digits>)"
        case .unsupportedAlgorithm(let name): "digest \"\(shown)\" uses the unsupported algorithm \"\(name)\""
        }
    }
}

/// Bytes as lower-case hexadecimal digits.
private enum Hexadecimal {
    static func isLowercaseDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    static func text(_ bytes: some Collection<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
