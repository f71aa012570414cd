import AgentAPI
import PodEngine
import PodSpec

/// What is to be said about a manifest. Read by the engine's own reader, so that `check` and the agent agree.
enum ManifestFindings {
    /// The pods in a file, and every error and warning in the order of the text.
    static func findings(in bytes: [UInt8], file: String) -> (pods: [PodName], notices: [ManifestNotice]) {
        let result = ManifestFile.decode(bytes, name: file)
        var notices = result.problems.map(ManifestNotice.init)
        for decoded in result.pods {
            notices += decoded.warnings.map { warning in
                ManifestNotice(
                    file: file,
                    line: decoded.position?.line,
                    column: decoded.position?.column,
                    message: "pod \(decoded.name): \(warning)",
                    severity: .warning
                )
            }
        }
        let ordered = notices.enumerated().sorted { left, right in
            (left.element.line ?? 0, left.element.column ?? 0, left.offset)
                < (right.element.line ?? 0, right.element.column ?? 0, right.offset)
        }
        return (result.pods.map(\.name), ordered.map(\.element))
    }
}
