/// What every journal entry of a container says about it, with conmon's names and the labels of the command line.
public struct JournalIdentity: Sendable, Hashable {
    /// The fields that a label may not be: they are the monitor's.
    static let ownFields: Set<String> = [
        "MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "CONTAINER_ID", "CONTAINER_ID_FULL", "CONTAINER_NAME",
        "CONTAINER_TAG", "CONTAINER_PARTIAL_MESSAGE",
    ]
    /// How much of the container's id stands in CONTAINER_ID.
    private static let shortLength = 12

    public let fields: JournalFields

    /// The identifier, which `journalctl` shows in front of a line, is the tag, or else the name, or else the short id.
    package init(_ options: MonitorOptions) {
        let id = options.container.uuid.isEmpty ? options.container.id : options.container.uuid
        let short = String(id.prefix(JournalIdentity.shortLength))
        let (name, tag) = (options.container.name, options.logging.tag)
        var fields = JournalFields()
        fields.add("SYSLOG_IDENTIFIER", [tag, name, short].first { !$0.isEmpty } ?? short)
        fields.add("CONTAINER_ID", short)
        fields.add("CONTAINER_ID_FULL", id)
        if !name.isEmpty { fields.add("CONTAINER_NAME", name) }
        if !tag.isEmpty { fields.add("CONTAINER_TAG", tag) }
        for label in options.logging.labels { fields.add(label.name, label.value) }
        self.fields = fields
    }
}
