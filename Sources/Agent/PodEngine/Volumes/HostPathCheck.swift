import Glibc
import Linux
import PodSpec

/// What `hostPath.type` demands of a path on the host, and what it makes there.
package struct HostPathCheck {
    let source: Volume.HostPath
    let volume: String

    package init(_ source: Volume.HostPath, volume: String) {
        self.source = source
        self.volume = volume
    }

    package func perform() throws(StepFailure) {
        let path = source.path
        let kind: FileStatus.Kind?
        do throws(SystemError) {
            kind = try FileSystem.status(path).kind
        } catch {
            guard error.errno == ENOENT else { throw failure("\(error)") }
            kind = nil
        }
        switch source.type ?? .unchecked {
        case .unchecked:
            // Container runtimes make a folder where there is nothing.
            if kind == nil { try make { () throws(SystemError) in try FileSystem.makeDirectories(path) } }
        case .directoryOrCreate:
            if kind == nil { try make { () throws(SystemError) in try FileSystem.makeDirectories(path) } }
            try demand(.directory, kind ?? .directory, "a directory")
        case .fileOrCreate:
            // Only the file: a missing folder above it is an error, as Kubernetes documents.
            if kind == nil {
                try make { () throws(SystemError) in
                    _ = try Descriptor.open(path, O_WRONLY | O_CREAT | O_NOCTTY | O_NONBLOCK, mode: 0o644)
                }
            }
            try demand(.regular, kind ?? .regular, "a file")
        case .directory: try demand(.directory, kind, "a directory")
        case .file: try demand(.regular, kind, "a file")
        case .socket: try demand(.socket, kind, "a socket")
        case .charDevice: try demand(.characterDevice, kind, "a character device")
        case .blockDevice: try demand(.blockDevice, kind, "a block device")
        }
    }

    private func demand(_ wanted: FileStatus.Kind, _ found: FileStatus.Kind?, _ name: String) throws(StepFailure) {
        guard found != wanted else { return }
        let why = found == nil ? "does not exist" : "is not \(name)"
        throw failure("hostPath type check failed: \(source.path) \(why)")
    }

    private func make(_ body: () throws(SystemError) -> Void) throws(StepFailure) {
        do throws(SystemError) { try body() } catch { throw failure("\(error)") }
    }

    private func failure(_ message: String) -> StepFailure {
        StepFailure(.failedMount, "volume \"\(volume)\": \(message)")
    }
}
