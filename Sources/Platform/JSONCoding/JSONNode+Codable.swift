extension JSONNode: Codable {
    public init(from decoder: any Decoder) throws {
        if let decoder = decoder as? NodeDecoder {
            self = decoder.node
            return
        }
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self.init(.null)
        } else if let value = try? container.decode(Bool.self) {
            // Trying one type after another is how a foreign decoder is asked what it has.
            self.init(.bool(value))
        } else if let value = try? container.decode(Int64.self) {
            self.init(.integer(value))
        } else if let value = try? container.decode(UInt64.self) {
            self.init(.unsigned(value))
        } else if let value = try? container.decode(Double.self) {
            self.init(.number(value))
        } else if let value = try? container.decode(String.self) {
            self.init(.string(value))
        } else if let value = try? container.decode([JSONNode].self) {
            self.init(.array(value))
        } else {
            let map = try container.decode([String: JSONNode].self)
            self.init(.object(map.sorted { $0.key < $1.key }.map { Member(key: $0.key, value: $0.value) }))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        if let encoder = encoder as? NodeEncoder {
            encoder.slot.set(self)
            return
        }
        var container = encoder.singleValueContainer()
        switch value {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .unsigned(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let members):
            let pairs = members.map { ($0.key, $0.value) }
            try container.encode(Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
        }
    }
}
