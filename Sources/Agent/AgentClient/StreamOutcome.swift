import AgentAPI
import JSONCoding

/// What a stream's last word, a `metav1.Status`, says.
public enum StreamOutcome: Sendable, Hashable {
    case exited(Int32)
    case failed(String)

    /// Reads channel 3. Nil where it is no status.
    public init?(_ bytes: [UInt8]) {
        guard let status = try? JSON.parse(bytes) else { return nil }
        if status["status"]?.stringValue == "Success" {
            self = .exited(0)
            return
        }
        let causes = status["details"]?["causes"]?.arrayValue ?? []
        let code = causes.first { $0["reason"]?.stringValue == "ExitCode" }?["message"]?.stringValue
        if let code = code.flatMap({ Int32($0) }) {
            self = .exited(code)
        } else {
            // The reason alone, where the usual words stand before it.
            let words = causes.first?["message"]?.stringValue ?? status["message"]?.stringValue ?? "no reason given"
            let usual = "error executing command in container: "
            self = .failed(words.hasPrefix(usual) ? String(words.dropFirst(usual.count)) : words)
        }
    }
}
