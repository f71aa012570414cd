import JSONCoding
import PodSpec
import YAMLCoding

/// Decodes a YAML text that must parse.
func decode(_ text: String) -> ManifestResult {
    let stream = YAML.parse(text.utf8)
    precondition(stream.errors.isEmpty, "\(stream.errors)")
    return ManifestDecoder.decode(stream.documents, file: "test.yaml")
}

/// A minimal pod with more lines of spec (indented by two) and of its one container (indented by four).
func podText(spec: String = "", container: String = "") -> String {
    """
    apiVersion: v1
    kind: Pod
    metadata:
      name: web
    spec:
    \(indented(spec, 2))
      containers:
      - name: main
        image: busybox:1.36
    \(indented(container, 4))
    """
}

private func indented(_ text: String, _ count: Int) -> String {
    text.split(separator: "\n").map { String(repeating: " ", count: count) + $0 }.joined(separator: "\n")
}

/// The problems as people see them, without the file.
func problems(_ text: String) -> [String] {
    decode(text).problems.map { $0.description.replacing("test.yaml:", with: "") }
}

/// A problem without the list of the kinds that are served, which grows.
func withoutKinds(_ problem: String) -> String {
    guard let start = problem.range(of: "; only v1 "), let end = problem.range(of: ", and List of them") else {
        return problem
    }
    return String(problem[..<start.lowerBound] + problem[end.upperBound...])
}

extension String {
    fileprivate func range(of part: String) -> Range<Index>? { firstRange(of: part) }

    fileprivate func replacing(_ part: String, with other: String) -> String {
        guard hasPrefix(part) else { return self }
        return other + dropFirst(part.count)
    }
}
