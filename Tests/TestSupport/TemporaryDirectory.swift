import Glibc
import Linux

/// A folder of its own for a test, removed with the last reference to it.
///
/// The path is short: the path of a Unix socket has 107 bytes.
public final class TemporaryDirectory: Sendable {
    public let path: String

    public init(_ name: String = "test") throws {
        var template = Array("/tmp/swiftlet-\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError.last("mkdtemp", name) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Users other than root look into some of what is made here.
        _ = chmod(path, 0o755)
    }

    deinit {
        do {
            try FileSystem.removeTree(path)
        } catch {
            Command.printError("\(path) is left: \(error)")
        }
    }

    /// The path of something inside.
    public func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// Makes a folder inside and answers its path.
    public func makeDirectory(_ name: String) throws -> String {
        try FileSystem.makeDirectories("\(path)/\(name)")
        return "\(path)/\(name)"
    }

    /// Writes a file inside and answers its path.
    @discardableResult
    public func write(_ name: String, _ text: String) throws -> String {
        try FileSystem.write("\(path)/\(name)", Array(text.utf8))
        return "\(path)/\(name)"
    }
}
