import Linux

/// Something that takes the entries of a container's output.
public protocol LogSink: ~Copyable {
    /// What follows came from `stream` at `time`.
    mutating func begin(_ stream: LogStream, at time: Timestamp)
    /// Takes one entry, without its newline: a whole line, or a part of one that is too long. The bytes are read before it
    /// returns.
    mutating func append(_ start: UnsafeRawPointer, count: Int, isWholeLine: Bool)
}
