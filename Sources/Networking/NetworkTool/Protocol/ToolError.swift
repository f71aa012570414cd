import JSONCoding
import Linux
import Netlink

/// What goes to the caller as `{"error": …}`: a text of netavark's kind, outermost step first.
struct ToolError: Error, Sendable, Hashable, CustomStringConvertible {
    var description: String

    init(_ text: String) { description = text }

    /// Several that happened one after the other.
    static func joined(_ errors: [ToolError]) -> ToolError {
        if errors.count == 1 { return errors[0] }
        return ToolError(
            "netavark encountered multiple errors:\n" + errors.map { "\t- \($0)" }.joined(separator: "\n")
        )
    }

    /// The words that netavark has for an error of the kernel or of a library.
    init(_ error: any Error) {
        switch error {
        case let error as ToolError: self = error
        case let error as NetlinkError: self.init(Self.text("Netlink", error.errno))
        case let error as SystemError: self.init(Self.text("IO", error.errno))
        default: self.init("\(error)")
        }
    }

    private static func text(_ kind: String, _ code: Int32) -> String {
        "\(kind) error: \(SystemError.text(of: code)) (os error \(code))"
    }
}

/// Runs a step and puts what it is in front of its error.
func during<Result>(_ step: @autoclosure () -> String, _ body: () throws -> Result) throws(ToolError) -> Result {
    do { return try body() } catch { throw ToolError("\(step()): \(ToolError(error))") }
}

/// The failures of a removal, which goes on after each.
struct Failures {
    private(set) var errors: [ToolError] = []

    /// Runs a step and keeps its error.
    mutating func collect(_ body: () throws -> Void) {
        do { try body() } catch { errors.append(ToolError(error)) }
    }

    /// Runs a step and keeps its error; without one gives what it gave.
    mutating func collect<Value>(_ body: () throws -> Value?) -> Value? {
        do { return try body() } catch {
            errors.append(ToolError(error))
            return nil
        }
    }

    func throwIfAny() throws(ToolError) {
        if !errors.isEmpty { throw .joined(errors) }
    }
}
