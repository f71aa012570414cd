import AgentAPI
import Linux

/// The table of `swiftlet images`.
public struct ImageTable: Sendable {
    /// Wide shows digests in full.
    public let isWide: Bool

    public init(isWide: Bool = false) {
        self.isWide = isWide
    }

    public func render(_ images: [ImageSummary], now: Timestamp) -> String {
        var table = TextTable(columns: columns)
        return table.render(images.map { row($0, now: now) })
    }

    public var columns: [String] { ["REPOSITORY", "TAG", isWide ? "DIGEST" : "IMAGE ID", "CREATED", "SIZE"] }

    /// The cells of one, under `columns`.
    public func row(_ image: ImageSummary, now: Timestamp) -> [String] {
        let (repository, tag) = ImageTable.split(image.reference)
        return [
            repository, tag, isWide ? image.digest : ImageTable.short(image.id ?? image.digest),
            image.created.map { HumanDuration.age(of: $0, now: now) + " ago" } ?? "<unknown>",
            HumanBytes.text(image.size),
        ]
    }

    /// The twelve digits of a digest that people compare.
    public static func short(_ digest: String) -> String {
        let hexadecimal = digest.split(separator: ":").last ?? digest[...]
        return String(hexadecimal.prefix(12))
    }

    /// The repository and the tag; a colon before the last slash belongs to a port.
    static func split(_ reference: String?) -> (String, String) {
        guard let reference else { return ("<none>", "<none>") }
        let name = reference.prefix { $0 != "@" }
        let start = name.lastIndex(of: "/") ?? name.startIndex
        guard let colon = name[start...].lastIndex(of: ":") else { return (String(name), "<none>") }
        return (String(name[..<colon]), String(name[name.index(after: colon)...]))
    }
}
