import Linux

/// `status.json`: what became of a container, for an agent that may not have been there to see it.
public struct StatusRecord: Sendable, Hashable {
    /// How a container ended.
    public struct End: Sendable, Hashable {
        public var finishedAt: Timestamp
        public var status: ExitStatus
        public var oomKilled: Bool
        /// It was killed because it took longer than it may.
        public var timedOut = false

        /// What exit files say: −1 after a time-out, as conmon has it.
        public var exitCode: Int32 { timedOut ? -1 : status.code }

        public init(finishedAt: Timestamp, status: ExitStatus, oomKilled: Bool) {
            self.finishedAt = finishedAt
            self.status = status
            self.oomKilled = oomKilled
        }
    }

    /// The version of the format; a reader refuses one that it does not know.
    public static let version = 1

    public var id: String
    /// 0 where the container never got a process.
    public var pid: Int32
    /// When that process began, in clock ticks since boot.
    public var startTime: UInt64
    public var startedAt: Timestamp?
    public var end: End?
    /// Why it could not be made or started.
    public var error: String?

    public init(id: String, pid: Int32 = 0, startTime: UInt64 = 0, startedAt: Timestamp? = nil) {
        self.id = id
        self.pid = pid
        self.startTime = startTime
        self.startedAt = startedAt
    }

    /// The record as a JSON object and a newline.
    public var json: [UInt8] {
        var members: [(name: String, value: String)] = [
            ("version", "\(StatusRecord.version)"), ("id", JSONText.quoted(id)), ("pid", "\(pid)"),
            ("startTime", "\(startTime)"),
        ]
        if let startedAt { members.append(("startedAt", JSONText.quoted(startedAt.description))) }
        if let end {
            members.append(("finishedAt", JSONText.quoted(end.finishedAt.description)))
            members.append(("exitCode", "\(end.status.code)"))
            if case .signaled(let signal) = end.status { members.append(("signal", "\(signal)")) }
            members.append(("oomKilled", "\(end.oomKilled)"))
        }
        if let error { members.append(("error", JSONText.quoted(error))) }
        let text = members.map { "\"\($0.name)\": \($0.value)" }.joined(separator: ", ")
        return Array("{\(text)}\n".utf8)
    }
}

/// JSON strings, written by hand: the second half of a monitor loads no JSON library for two small objects.
enum JSONText {
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
