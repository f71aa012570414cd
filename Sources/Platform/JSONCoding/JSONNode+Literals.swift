// No nil literal: `condition ? node : nil` would silently become a JSON null instead of an absent node.
extension JSONNode: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(booleanLiteral value: Bool) { self.init(.bool(value)) }

    public init(integerLiteral value: Int64) { self.init(.integer(value)) }

    public init(floatLiteral value: Double) { self.init(.number(value)) }

    public init(stringLiteral value: String) { self.init(.string(value)) }

    public init(arrayLiteral elements: JSONNode...) { self.init(.array(elements)) }

    public init(dictionaryLiteral members: (String, JSONNode)...) {
        self.init(.object(members.map { Member(key: $0.0, value: $0.1) }))
    }

    /// A string node.
    public init(_ string: String) { self.init(.string(string)) }

    /// A boolean node.
    public init(_ bool: Bool) { self.init(.bool(bool)) }

    /// An integer node.
    public init(_ integer: some BinaryInteger) {
        if let value = Int64(exactly: integer) {
            self.init(.integer(value))
        } else if let value = UInt64(exactly: integer) {
            self.init(.unsigned(value))
        } else {
            self.init(.number(Double(integer)))
        }
    }
}
