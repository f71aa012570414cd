/// One field that a changed manifest has otherwise.
public struct FieldChange: Codable, Sendable, Hashable, CustomStringConvertible {
    /// `spec.containers[web].image`: containers by their names.
    public var path: String
    /// What it was; nil where there was nothing, or more than a word tells. Variables and files are never told.
    public var from: String?
    public var to: String?

    /// Creates a change.
    public init(_ path: String, from: String? = nil, to: String? = nil) {
        self.path = path
        self.from = from
        self.to = to
    }

    /// `spec.containers[web].image: web:1 → web:2`
    public var description: String {
        switch (from, to) {
        case (nil, nil): "\(path) changed"
        case (let from?, let to?): "\(path): \(from) → \(to)"
        case (nil, let to?): "\(path): (none) → \(to)"
        case (let from?, nil): "\(path): \(from) → (none)"
        }
    }
}
