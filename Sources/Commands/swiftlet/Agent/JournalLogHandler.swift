import Glibc
import Logging
import Systemd

/// swift-log's records as journal entries: metadata keys become fields in upper case (systemd.journal-fields(7)).
struct JournalLogHandler: LogHandler {
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields: [Journal.Field] = [Journal.Field("SYSLOG_IDENTIFIER", "swiftlet")]
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) {
            fields.append(Journal.Field("SWIFTLET_\(key)", "\(value)"))
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
}
