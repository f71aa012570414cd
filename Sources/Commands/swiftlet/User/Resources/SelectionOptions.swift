import AgentClient
import ArgumentParser

/// Which of several things are meant.
struct SelectionOptions: ParsableArguments {
    @Option(
        name: [.customShort("l"), .long],
        help: ArgumentHelp("Only those whose labels fit: app=web,tier!=db,env in (a,b),!canary.", valueName: "terms")
    )
    var selector: String?

    @Option(help: ArgumentHelp("Only those whose fields fit: status.phase=Running,metadata.name!=web.", valueName: "terms"))
    var fieldSelector: String?

    var isGiven: Bool { selector != nil || fieldSelector != nil }

    func validate() throws { try ValidationError.checking { _ = try filter() } }

    /// Whether an item is one of them.
    func filter() throws(QueryError) -> (ResourceItem) -> Bool {
        let labels = try selector.map { (text) throws(QueryError) in try LabelSelector(text) }
        let fields = try fieldSelector.map { (text) throws(QueryError) in try FieldSelector(text) }
        return { (labels?.matches($0.labels) ?? true) && (fields?.matches($0.node) ?? true) }
    }
}
