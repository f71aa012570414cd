/// Why JSON is no message of the expected kind, and where: `config.mounts[2].propagation`.
public struct ProtoProblem: Error, Sendable, Hashable, CustomStringConvertible {
    public var path: String
    public var message: String

    init(_ path: String, _ message: String) {
        self.path = path
        self.message = message
    }

    public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}
