import JSONCoding

/// A template in the JSONPath that kubectl documents: text, and expressions in braces.
///
/// Beyond kubectl, filters may be joined by `&&` and `||`.
public struct JSONPath: Sendable, Hashable {
    /// One way from a value to others.
    indirect enum Step: Sendable, Hashable {
        /// `$`, from wherever.
        case root
        case field(String)
        /// `*` or `[*]`.
        case all
        /// `..`: the value and everything below it.
        case descendants
        case index(Int)
        case slice(from: Int?, to: Int?, step: Int)
        /// `['a','b']`, `[0,2]`.
        case union([Step])
        case filter(Filter)
    }

    /// The condition of `[?( … )]`.
    indirect enum Filter: Sendable, Hashable {
        case all([Filter])
        case any([Filter])
        case exists([Step])
        case compare(Operand, Comparison, Operand)
    }

    enum Operand: Sendable, Hashable {
        case path([Step])
        case literal(JSONNode)
    }

    enum Comparison: String, Sendable, Hashable, CaseIterable {
        // The longer ones first: they are tried in this order.
        case equal = "=="
        case different = "!="
        case atMost = "<="
        case atLeast = ">="
        case less = "<"
        case greater = ">"
    }

    /// A piece of the template.
    indirect enum Part: Sendable, Hashable {
        case text(String)
        case path([Step])
        /// `{range …}` up to its `{end}`.
        case range([Step], [Part])
    }

    let parts: [Part]

    /// Reads a template: `{.items[*].metadata.name}`.
    public init(_ template: String) throws(QueryError) {
        var parser = JSONPathParser(template)
        parts = try parser.template()
    }

    /// Reads one path, with or without braces and leading dot, as `--sort-by` and columns have it: `.metadata.name`.
    public init(path: String, subject: String) throws(QueryError) {
        var parser = JSONPathParser(path, subject: subject)
        parts = [.path(try parser.singlePath())]
    }
}
