/// An image that the policy does not let in, or a signature that cannot be made or read.
public struct SignatureRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// The image, completed.
    public var image: String
    /// The file that says so; nil where it is no policy's doing.
    public var policy: String?
    /// `docker:registry.lan/team`, or `default`.
    public var scope: String?
    public var problem: String

    public init(image: String, policy: String? = nil, scope: String? = nil, problem: String) {
        self.image = image
        self.policy = policy
        self.scope = scope
        self.problem = problem
    }

    public var description: String {
        let place = policy.map { " (policy \($0)" + (scope.map { ", scope \($0)" } ?? "") + ")" } ?? ""
        return "image \(image): \(problem)\(place)"
    }
}

/// A file about signatures that cannot be used.
public struct SignatureFileError: Error, Sendable, Hashable, CustomStringConvertible {
    public var path: String
    public var problem: String

    public init(path: String, problem: String) {
        self.path = path
        self.problem = problem
    }

    public var description: String { "\(path): \(problem)" }
}
