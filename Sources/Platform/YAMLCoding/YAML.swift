import JSONCoding

/// YAML texts as trees of `JSONNode` with the position of every node and key.
public enum YAML {
    /// How deep sequences and mappings may be nested.
    public static let depthLimit = JSON.depthLimit
    /// How many nodes a document's aliases may stand for, all together. (The billion-laughs bound.)
    public static let aliasedNodeLimit = 100_000
    /// How many documents a text may have.
    public static let documentLimit = 10_000

    /// Parses all documents of a text. What is wrong with one document does not touch the others.
    ///
    /// Documents that are empty are left out. How much text is too much is for the caller to say.
    public static func parse(_ bytes: some Collection<UInt8>) -> YAMLStream {
        let result = bytes.withContiguousStorageIfAvailable(parse(buffer:))
        return result ?? Array(bytes).withUnsafeBufferPointer(parse(buffer:))
    }

    private static func parse(buffer: UnsafeBufferPointer<UInt8>) -> YAMLStream {
        var stream = YAMLStream()
        for section in YAMLSection.sections(of: buffer) {
            guard stream.documents.count + stream.errors.count < documentLimit else {
                let position = SourcePosition(line: section.firstLine, column: 1)
                stream.errors.append(
                    YAMLError(message: "more than \(documentLimit) documents in one text", position: position)
                )
                break
            }
            let parser = YAMLParser(section)
            do throws(YAMLError) {
                while let document = try parser.nextDocument() { stream.documents.append(document) }
            } catch {
                stream.errors.append(error)
            }
        }
        return stream
    }
}

/// The documents of a text, and the errors of those that could not be read; both in the order of the text.
public struct YAMLStream: Sendable, Hashable {
    public var documents: [JSONNode] = []
    public var errors: [YAMLError] = []

    /// A stream without documents.
    public init() {}
}

/// A text that is no YAML, or not the YAML that is accepted here.
public struct YAMLError: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String
    public var position: SourcePosition

    /// Creates an error.
    public init(message: String, position: SourcePosition) {
        self.message = message
        self.position = position
    }

    public var description: String { "line \(position.line), column \(position.column): \(message)" }
}
