import Glibc
import Linux

/// Our end of a container's standard input.
final class InputPipe {
    private let descriptor: Descriptor
    private var waiting: [UInt8] = []

    /// Takes a non-blocking descriptor over.
    init(owning number: Int32) {
        descriptor = Descriptor(owning: number)
    }

    var number: Int32 { descriptor.rawValue }

    /// Whether bytes wait for the container to read.
    var isFull: Bool { !waiting.isEmpty }

    /// Writes what was left over and then `bytes`, as far as the pipe takes it; keeps the rest.
    ///
    /// A container that has closed its standard input gets nothing, and nobody is told, as with a closed terminal.
    func write(_ bytes: [UInt8]) {
        waiting += bytes
        while !waiting.isEmpty {
            let count = Glibc.write(descriptor.rawValue, waiting, waiting.count)
            if count > 0 {
                waiting.removeFirst(count)
                continue
            }
            let code = errno
            if code == EINTR { continue }
            if code != EAGAIN { waiting = [] }
            return
        }
    }
}
