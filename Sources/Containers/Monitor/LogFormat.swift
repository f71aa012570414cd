import Linux

/// The form of the entries in a log file.
public enum LogFormat: Sendable, Hashable {
    /// CRI lines: `<time> <stream> <P or F> <text>`.
    case cri
    /// Docker's: a JSON object a line.
    case json

    /// An entry of the monitor's own, on standard error.
    func note(_ text: String) -> [UInt8] {
        let time = Timestamp.now.description
        switch self {
        case .cri: return Array("\(time) stderr F swiftlet-monitor: \(text)\n".utf8)
        case .json:
            let line = JSONText.quoted("swiftlet-monitor: \(text)\n")
            return Array("{\"log\":\(line),\"stream\":\"stderr\",\"time\":\"\(time)\"}\n".utf8)
        }
    }
}
