import OCISpec

/// A program to run inside a running container, and how much of it to bear.
public struct ExecRequest: Sendable {
    public var process: RuntimeSpec.Process
    /// What the program reads from its standard input; nil: nothing.
    public var input: [UInt8]?
    /// The most that is kept of each output stream, in bytes; the rest is read and thrown away.
    public var outputLimit = 16 << 20
    /// How long the program may run; then it is killed. Nil: for ever.
    public var timeout: Duration?
    /// How long output is still read after the program's end while a background child holds it open.
    public var drainTimeout = Duration.seconds(1)

    public init(process: RuntimeSpec.Process) {
        self.process = process
    }
}

/// What a program in a container did.
public struct ExecResult: Sendable, Hashable {
    /// The exit code, or 128 and the signal. 137 after a timeout.
    public var exitCode: Int32
    public var stdout: [UInt8]
    public var stderr: [UInt8]
    /// More came than `outputLimit`.
    public var isTruncated: Bool
    public var timedOut: Bool
}
