import Cgroups
import Linux
import Seccomp

/// Why an operation on a container failed.
public struct RuntimeError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: UInt8, Sendable, Hashable {
        /// The machine refused something.
        case failed = 1
        /// The configuration cannot be right, on any machine.
        case invalidConfiguration
        /// The configuration asks for something that this runtime or this kernel cannot do.
        case unsupported
        case containerNotFound
        case containerExists
        /// The container is not in a state that allows the operation.
        case wrongState
        /// The container's command does not exist.
        case commandNotFound
        /// The container's command exists and cannot be executed.
        case commandNotExecutable
    }

    public var kind: Kind
    public var message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }

    /// The exit status by which shells and container engines tell these apart.
    public var exitStatus: Int32 {
        switch kind {
        case .commandNotFound: 127
        case .commandNotExecutable: 126
        default: 1
        }
    }
}

/// Runs a step that makes system calls; a failure says which step it was.
@discardableResult
func step<Result: ~Copyable>(
    _ name: @autoclosure () -> String,
    _ body: () throws(SystemError) -> Result
) throws(RuntimeError) -> Result {
    do throws(SystemError) { return try body() } catch { throw RuntimeError(.failed, "\(name()): \(error)") }
}

/// Runs a step on control groups.
@discardableResult
func cgroupStep<Result>(
    _ name: @autoclosure () -> String,
    _ body: () throws(CgroupError) -> Result
) throws(RuntimeError) -> Result {
    do throws(CgroupError) { return try body() } catch {
        let kind: RuntimeError.Kind =
            switch error {
            case .invalid: .invalidConfiguration
            case .noController: .unsupported
            default: .failed
            }
        throw RuntimeError(kind, "\(name()): \(error)")
    }
}
