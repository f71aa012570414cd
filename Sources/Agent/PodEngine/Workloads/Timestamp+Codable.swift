import Linux

/// In records a time is RFC 3339, for people to read.
extension Timestamp: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let time = Timestamp(rfc3339: text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no RFC 3339 time")
        }
        self = time
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Timestamp {
    /// What is left of a delay that began at a time. A beginning in the future, left by a clock that was set back, is over:
    /// nothing waits for longer than it was told to.
    func remaining(of delay: Duration, since beginning: Timestamp) -> Duration {
        if beginning > self { return .zero }
        return max(.zero, delay - since(beginning))
    }

    /// In whole seconds since 1970.
    var seconds: Int64 {
        let (quotient, rest) = nanosecondsSinceEpoch.quotientAndRemainder(dividingBy: 1_000_000_000)
        return rest < 0 ? quotient - 1 : quotient
    }
}
