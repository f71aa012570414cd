import AgentAPI
import JSONCoding
import PodSpec
import YAMLCoding

/// What is to be said about a manifest.
enum ManifestFindings {
    /// A manifest larger than this is none.
    static let sizeLimit = 4 << 20

    /// The pods in a file, and every error and warning in the order of the text.
    static func findings(in bytes: [UInt8], file: String) -> (pods: [PodName], notices: [ManifestNotice]) {
        let (documents, syntaxErrors) = parse(bytes, isJSON: file.hasSuffix(".json"))
        let result = ManifestDecoder.decode(documents, file: file)
        var notices = syntaxErrors.map { error in
            ManifestNotice(
                file: file,
                line: error.position.line,
                column: error.position.column,
                message: error.message
            )
        }
        notices += result.problems.map { problem in
            ManifestNotice(
                file: file,
                line: problem.position?.line,
                column: problem.position?.column,
                path: problem.path.isEmpty ? nil : problem.path,
                message: problem.message + (problem.suggestion.map { " (did you mean \"\($0)\"?)" } ?? "")
            )
        }
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

    /// As the agent reads the file: JSON where its name says so, else YAML.
    private static func parse(
        _ bytes: [UInt8],
        isJSON: Bool
    ) -> (documents: [JSONNode], errors: [(message: String, position: SourcePosition)]) {
        guard isJSON else {
            let stream = YAML.parse(bytes)
            return (stream.documents, stream.errors.map { ($0.message, $0.position) })
        }
        do throws(JSONSyntaxError) {
            return ([try JSON.parse(bytes, positions: true)], [])
        } catch {
            return ([], [(error.message, error.position)])
        }
    }
}
