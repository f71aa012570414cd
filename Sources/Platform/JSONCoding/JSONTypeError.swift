/// A JSON value that is not what the type to be decoded needs.
public struct JSONTypeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where in the value: `spec.containers[0].name`; empty for the value as a whole.
    public var path: String
    public var message: String
    /// Where in the text, if the node came with positions.
    public var position: SourcePosition?

    /// Creates an error.
    public init(path: String, message: String, position: SourcePosition?) {
        self.path = path
        self.message = message
        self.position = position
    }

    public var description: String {
        let place = path.isEmpty ? "" : path + ": "
        guard let position else { return place + message }
        return "line \(position.line), column \(position.column): \(place)\(message)"
    }

    /// The same error as seen from the object that has the failing value under `key`.
    func within(key: String) -> JSONTypeError {
        var error = self
        error.path = JSONPath.join(JSONPath.step(key), path)
        return error
    }

    /// The same error as seen from the array that has the failing value at `index`.
    func within(index: Int) -> JSONTypeError {
        var error = self
        error.path = JSONPath.join("[\(index)]", path)
        return error
    }
}

/// Paths to values as they are shown to people: `spec.containers[0].env`, `metadata.labels['a.b/c']`.
public enum JSONPath {
    /// A key as a path's first step; quoted in brackets unless it is a plain word.
    public static func step(_ key: String) -> String {
        let plain = key.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "$"):
                true
            default:
                false
            }
        }
        return plain && !key.isEmpty ? key : "['\(key)']"
    }

    /// Puts two paths together.
    public static func join(_ head: String, _ tail: String) -> String {
        if head.isEmpty { return tail }
        if tail.isEmpty { return head }
        return tail.utf8.first == UInt8(ascii: "[") ? head + tail : head + "." + tail
    }
}
