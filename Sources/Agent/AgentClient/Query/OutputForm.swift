/// What `-o` of `swiftlet get` may say.
public enum OutputForm: Sendable, Hashable {
    case table(isWide: Bool)
    case json, yaml, name
    case jsonPath(JSONPath)
    case columns(CustomColumns)

    /// Every form, for messages and completion.
    public static let words = [
        "json", "yaml", "wide", "name", "jsonpath=", "jsonpath-file=", "custom-columns=", "custom-columns-file=",
    ]

    /// - Parameter read: the text of a file that an option names.
    public init(_ text: String, read: (String) throws(QueryError) -> String) throws(QueryError) {
        let (word, value) =
            text.firstIndex(of: "=").map { (String(text[..<$0]), String(text[text.index(after: $0)...])) } ?? (text, nil)
        switch (word, value) {
        case ("wide", nil): self = .table(isWide: true)
        case ("json", nil): self = .json
        case ("yaml", nil): self = .yaml
        case ("name", nil): self = .name
        case ("jsonpath", let template?): self = .jsonPath(try JSONPath(template))
        case ("jsonpath-file", let file?): self = .jsonPath(try JSONPath(Self.withoutLastNewline(try read(file))))
        case ("custom-columns", let columns?): self = .columns(try CustomColumns(columns))
        case ("custom-columns-file", let file?): self = .columns(try CustomColumns(file: try read(file)))
        default:
            throw QueryError("output", "\"\(text)\" is none of \(Self.words.map { $0.hasSuffix("=") ? $0 + "…" : $0 }.joined(separator: ", "))")
        }
    }

    /// Editors end a file with a newline that is none of the template.
    private static func withoutLastNewline(_ text: String) -> String {
        text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
