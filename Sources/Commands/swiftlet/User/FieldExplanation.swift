import ArgumentParser
import PodSpec

/// What `swiftlet check --explain` prints.
struct FieldExplanation {
    private let text: String

    init(_ path: String, recursive: Bool) throws {
        let guide = FieldGuide()
        if path == "kinds" {
            text = guide.kindNames.map { $0 + "\n" }.joined()
            return
        }
        let (entry, fields): (FieldGuide.Entry, [FieldGuide.Entry])
        do throws(FieldGuide.UnknownField) {
            (entry, fields) = try guide.look(up: path)
        } catch {
            throw ValidationError("\(error)")
        }
        text = recursive ? Self.lines(guide, below: entry.path) : Self.page(entry, fields)
    }

    func write() { Terminal.write(text) }

    private static func page(_ entry: FieldGuide.Entry, _ fields: [FieldGuide.Entry]) -> String {
        var text = "\(entry.path)  <\(entry.type)>\n  \(entry.standing.words)\n"
        if !entry.text.isEmpty { text += "  \(entry.text)\n" }
        guard !fields.isEmpty else { return text }
        let width = fields.map { $0.name.count + $0.type.count }.max() ?? 0
        text += "\nFIELDS\n"
        for field in fields {
            let gap = String(repeating: " ", count: width - field.name.count - field.type.count)
            text += "  \(field.name)  <\(field.type)>\(gap)  \(field.standing.rawValue)\n"
        }
        return text
    }

    private static func lines(_ guide: FieldGuide, below path: String) -> String {
        let kind = path.split(separator: ".").first.map(String.init) ?? path
        return guide.all(of: kind)
            .filter { path == kind || $0.path == path || $0.path.hasPrefix(path + ".") || $0.path.hasPrefix(path + "[].") }
            .map { "\($0.path)\t\($0.standing.rawValue)\t\($0.type)\n" }
            .joined()
    }
}

extension FieldGuide.Support {
    fileprivate var words: String {
        switch self {
        case .served: "served"
        case .idle: "accepted; it says nothing on a machine of its own"
        case .warned: "accepted with a warning; not served"
        case .refused: "refused: a pod that asks for it is not run"
        }
    }
}
