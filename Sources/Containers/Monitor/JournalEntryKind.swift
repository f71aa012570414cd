/// What an entry of a container in the journal is, and the fields that only entries of this kind have.
enum JournalEntryKind: UInt32, CaseIterable {
    case output
    case partialOutput
    case error
    case partialError
    /// The monitor's own word about entries that the journal did not get.
    case loss

    init(_ stream: LogStream, isWholeLine: Bool) {
        switch stream {
        case .stdout: self = isWholeLine ? .output : .partialOutput
        case .stderr: self = isWholeLine ? .error : .partialError
        }
    }

    /// The fields in front of the message's bytes, and the beginning of its own.
    ///
    /// PRIORITY is syslog(3)'s: information, error, warning. A message has no newline, so it needs no length in front.
    var head: StaticString {
        switch self {
        case .output: "PRIORITY=6\nMESSAGE="
        case .partialOutput: "PRIORITY=6\nCONTAINER_PARTIAL_MESSAGE=true\nMESSAGE="
        case .error: "PRIORITY=3\nMESSAGE="
        case .partialError: "PRIORITY=3\nCONTAINER_PARTIAL_MESSAGE=true\nMESSAGE="
        case .loss: "PRIORITY=4\nMESSAGE="
        }
    }
}
