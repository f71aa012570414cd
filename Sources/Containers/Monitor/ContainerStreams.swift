import CLinux
import Glibc
import Linux

/// The pipes between a container and its monitor, the terminal in their place, or the streams of whoever started the monitor.
struct ContainerStreams: ~Copyable {
    /// The container's ends; they are closed here as soon as it has them.
    let containerInput: Descriptor
    let containerOutput: Descriptor
    let containerError: Descriptor
    /// Our ends. Nil where the container reads from /dev/null, or has streams that are none of ours.
    var input: Descriptor?
    private var output: Descriptor?
    private var error: Descriptor?
    private var terminal: Descriptor?

    /// Makes the pipes. Only our ends are non-blocking: O_NONBLOCK belongs to one end of a pipe.
    ///
    /// With a terminal they are those of the runtime alone: it delivers the terminal, and says on them what goes wrong.
    init(_ options: MonitorOptions.Input) throws(SystemError) {
        let inputPipe = try ContainerStreams.inputPipe(isOpen: options.isOpen && !options.hasTerminal)
        let outputPipe = try Descriptor.pipe()
        let errorPipe = try Descriptor.pipe()
        try outputPipe.read.setNonBlocking(true)
        try errorPipe.read.setNonBlocking(true)
        self.init(inputPipe, outputPipe, errorPipe)
    }

    /// Passes our own standard streams on, and has nothing of them ourselves from then on.
    init(passingThrough: ()) throws(SystemError) {
        let input = try ContainerStreams.duplicate(STDIN_FILENO)
        let output = try ContainerStreams.duplicate(STDOUT_FILENO)
        let error = try ContainerStreams.duplicate(STDERR_FILENO)
        let null = try Descriptor.open("/dev/null", O_RDWR)
        for standard: Int32 in 0...2 { try retrying("dup2") { dup2(null.rawValue, standard) } }
        self.init(input, output, error)
    }

    private init(_ input: consuming Descriptor, _ output: consuming Descriptor, _ error: consuming Descriptor) {
        containerInput = input
        containerOutput = output
        containerError = error
    }

    private init(_ inputPipe: consuming InputEnds, _ outputPipe: consuming Pipe, _ errorPipe: consuming Pipe) {
        containerInput = inputPipe.container
        input = inputPipe.monitor
        containerOutput = outputPipe.write
        output = .some(outputPipe.read)
        containerError = errorPipe.write
        error = .some(errorPipe.read)
    }

    private static func duplicate(_ standard: Int32) throws(SystemError) -> Descriptor {
        Descriptor(owning: try retrying("dup", "fd \(standard)") { clinux_fcntl_int(standard, F_DUPFD_CLOEXEC, 3) })
    }

    private struct InputEnds: ~Copyable {
        var container: Descriptor
        var monitor: Descriptor?
    }

    private static func inputPipe(isOpen: Bool) throws(SystemError) -> InputEnds {
        guard isOpen else { return InputEnds(container: try Descriptor.open("/dev/null", O_RDONLY), monitor: nil) }
        let pipe = try Descriptor.pipe()
        try pipe.write.setNonBlocking(true)
        return InputEnds(container: pipe.read, monitor: pipe.write)
    }

    /// Takes the terminal that the runtime has delivered.
    ///
    /// - Parameter opensInput: whether clients may type.
    mutating func take(terminal master: consuming Descriptor, opensInput: Bool) throws(SystemError) {
        try master.setNonBlocking(true)
        if opensInput { input = Descriptor(owning: try master.duplicate().release()) }
        terminal = Descriptor(owning: master.release())
    }

    /// Closes the container's ends and gives ours away.
    consuming func handOver() -> Handover.Descriptors {
        var descriptors = Handover.Descriptors()
        descriptors.input = input.take()?.release() ?? -1
        if let terminal = terminal.take()?.release() {
            descriptors.output = terminal
        } else {
            descriptors.output = output.take()?.release() ?? -1
            descriptors.error = error.take()?.release() ?? -1
        }
        return descriptors
    }

    /// What lies in the pipe of standard error: a runtime that failed has left its reason there.
    borrowing func pendingError() -> String {
        guard let number = errorNumber else { return "" }
        let bytes = [UInt8](unsafeUninitializedCapacity: 64 * 1024) { buffer, count in
            count = max(0, Glibc.read(number, buffer.baseAddress, buffer.count))
        }
        return trimmed(bytes)
    }

    private var errorNumber: Int32? {
        switch error {
        case .some(let error): error.rawValue
        case .none: nil
        }
    }
}

/// A program's message without the white space around it.
func trimmed(_ bytes: [UInt8]) -> String {
    var rest = bytes[...]
    while let byte = rest.last, byte <= 0x20 { rest = rest.dropLast() }
    while let byte = rest.first, byte <= 0x20 { rest = rest.dropFirst() }
    return String(decoding: rest, as: UTF8.self)
}
