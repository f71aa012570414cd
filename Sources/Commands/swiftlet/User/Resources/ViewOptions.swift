import AgentClient
import ArgumentParser
import Linux

/// How `swiftlet get` shows what it has.
struct ViewOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp(
            "json, yaml, wide, name, jsonpath=TEMPLATE, jsonpath-file=FILE, custom-columns=HEADING:PATH,…, or custom-columns-file=FILE.",
            valueName: "form"
        ),
        completion: .list(OutputForm.words)
    )
    var output: String?

    @Option(help: ArgumentHelp("Order by the value at a path, like .metadata.creationTimestamp.", valueName: "path"))
    var sortBy: String?

    @Flag(help: "Leave out the line of headings.")
    var noHeaders = false

    @Flag(help: "Show the labels in a column of their own.")
    var showLabels = false

    func validate() throws {
        try ValidationError.checking {
            _ = try form()
            _ = try sortBy.map(SortKey.init)
        }
    }

    func table(_ form: OutputForm, _ global: GlobalOptions, showsNamespace: Bool = false) -> ResourceTable.Options {
        var options = ResourceTable.Options()
        options.isWide = form == .table(isWide: true)
        options.showsNamespace = showsNamespace
        options.showsLabels = showLabels
        options.showsHeadings = !noHeaders
        options.isColourful = Terminal.showsColours(unless: global.noColor)
        return options
    }

    func form() throws -> OutputForm {
        guard let output else { return .table(isWide: false) }
        return try OutputForm(output) { path throws(QueryError) in
            do throws(SystemError) { return String(decoding: try FileSystem.read(path, limit: 1 << 20), as: UTF8.self) } catch {
                throw QueryError("output", "\(error)")
            }
        }
    }
}

extension ValidationError {
    /// What is wrong with a text of the user is wrong usage.
    static func checking<Value>(_ work: () throws -> Value) throws -> Value {
        do { return try work() } catch let error as QueryError { throw ValidationError(error.description) }
    }
}
