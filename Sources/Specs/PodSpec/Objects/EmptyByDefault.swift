/// A list or map that is empty where the JSON has none, and that is left out of the JSON where it is empty.
@propertyWrapper
public struct EmptyByDefault<Items: EmptyInitializable>: Hashable {
    public var wrappedValue: Items

    /// An empty collection.
    public init() { wrappedValue = Items() }

    /// Wraps a collection.
    public init(wrappedValue: Items) { self.wrappedValue = wrappedValue }
}

/// A collection that can be made empty and says whether it is.
public protocol EmptyInitializable: Codable, Hashable {
    init()
    var isEmpty: Bool { get }
}

extension Array: EmptyInitializable where Element: Codable & Hashable {}

extension Dictionary: EmptyInitializable where Key: Codable, Value: Codable & Hashable {}

extension EmptyByDefault: Sendable where Items: Sendable {}

extension EmptyByDefault: Codable {
    public init(from decoder: any Decoder) throws { wrappedValue = try Items(from: decoder) }

    public func encode(to encoder: any Encoder) throws { try wrappedValue.encode(to: encoder) }
}

// The synthesised `Codable` of the structs in this module picks these overloads over the generic ones.

extension KeyedDecodingContainer {
    func decode<Items>(_ type: EmptyByDefault<Items>.Type, forKey key: Key) throws -> EmptyByDefault<Items> {
        EmptyByDefault(wrappedValue: try decodeIfPresent(Items.self, forKey: key) ?? Items())
    }
}

extension KeyedEncodingContainer {
    mutating func encode<Items>(_ value: EmptyByDefault<Items>, forKey key: Key) throws {
        if !value.wrappedValue.isEmpty { try encode(value.wrappedValue, forKey: key) }
    }
}
