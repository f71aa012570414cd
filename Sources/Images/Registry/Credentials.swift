import JSONCoding

/// A user's name and password, which show up in no description.
public struct Credentials: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    public var user: String
    public var password: String

    public init(user: String, password: String) {
        self.user = user
        self.password = password
    }

    /// The value of an Authorization header (RFC 7617).
    var basic: String { "Basic \(Base64.encode(Array("\(user):\(password)".utf8)))" }

    public var description: String { "\(user):***" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["user": user]) }
}
