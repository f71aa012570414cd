import Glibc
import Logging
import Systemd

/// swift-log's records as journal entries: metadata keys become fields in upper case (systemd.journal-fields(7)), under the
/// names that the entries of containers have too, so that one match of `journalctl` shows both.
struct JournalLogHandler: LogHandler {
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields: [Journal.Field] = [
            Journal.Field("SYSLOG_IDENTIFIER", "swiftlet"), Journal.Field("CODE_FILE", event.file),
            Journal.Field("CODE_LINE", "\(event.line)"), Journal.Field("CODE_FUNC", event.function),
        ]
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) {
            fields += Self.fields(key, "\(value)")
        }
        let priority: Journal.Priority =
            switch event.level {
            case .trace, .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            }
        do {
            try Journal.send("\(event.message)", priority: priority, fields: fields)
        } catch {
            // A log that cannot be written has nowhere to say so but here.
            let line = "\(event.level): \(event.message) (journal: \(error))\n"
            _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
        }
    }
    /// What a metadata key becomes.
    static func fields(_ key: String, _ value: String) -> [Journal.Field] {
        switch key {
        case "pod":
            // namespace/name
            let words = value.split(separator: "/", maxSplits: 1)
            guard words.count == 2 else { return [Journal.Field("POD_NAME", value)] }
            return [Journal.Field("POD_NAMESPACE", String(words[0])), Journal.Field("POD_NAME", String(words[1]))]
        case "container":
            return [Journal.Field("CONTAINER_NAME", value)]
        default:
            let field = Journal.Field(key, value)
            return [own.contains(field.name) ? Journal.Field("SWIFTLET_\(key)", value) : field]
        }
    }

    /// Fields that are not a key's to set.
    private static let own: Set<String> = [
        "MESSAGE", "MESSAGE_ID", "PRIORITY", "SYSLOG_IDENTIFIER", "CODE_FILE", "CODE_LINE", "CODE_FUNC",
    ]
}
