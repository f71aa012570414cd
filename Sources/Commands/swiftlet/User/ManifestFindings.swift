import AgentAPI
import JSONCoding
import PodEngine
import PodSpec

/// What is to be said about a manifest. Read by the engine's own reader, so that `check` and the agent agree.
enum ManifestFindings {
    /// The pods and other objects in a file, and every error and warning in the order of the text.
    static func findings(in bytes: [UInt8], file: String) -> (objects: [ObjectName], notices: [ManifestNotice]) {
        let result = ManifestFile.decode(bytes, name: file)
        var notices = result.problems.map(ManifestNotice.init)
        func note(_ warnings: [String], of object: String, at position: SourcePosition?) {
            notices += warnings.map { warning in
                ManifestNotice(
                    file: file,
                    line: position?.line,
                    column: position?.column,
                    message: "\(object): \(warning)",
                    severity: .warning
                )
            }
        }
        for decoded in result.pods { note(decoded.warnings, of: "pod \(decoded.name)", at: decoded.position) }
        for decoded in result.objects { note(decoded.warnings, of: "\(decoded.name)", at: decoded.position) }
        let ordered = notices.enumerated().sorted { left, right in
            (left.element.line ?? 0, left.element.column ?? 0, left.offset)
                < (right.element.line ?? 0, right.element.column ?? 0, right.offset)
        }
        return (result.pods.map { ObjectName(pod: $0.name) } + result.objects.map(\.name), ordered.map(\.element))
    }
}
