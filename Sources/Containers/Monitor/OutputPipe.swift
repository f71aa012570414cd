import CLinux
import Glibc
import Linux

/// One output stream of the container on its way into the log.
final class OutputPipe {
    let stream: LogStream
    private let descriptor: Descriptor
    private var assembler: LineAssembler
    /// False once the last writer is gone.
    private(set) var isOpen = true

    /// Takes a non-blocking descriptor over. Nil where there is none.
    init?(_ stream: LogStream, owning descriptor: Int32) {
        guard descriptor >= 0 else { return nil }
        self.stream = stream
        self.descriptor = Descriptor(owning: descriptor)
        assembler = LineAssembler(stream: stream)
    }

    var number: Int32 { descriptor.rawValue }

    /// Reads what is there and logs it: one write into the log for each read. Gives true when the stream has ended.
    ///
    /// It returns after some reads even if more is there: the other stream and the end of the container must not wait. So it does
    /// when the log has no room.
    func pump(into sinks: inout LogSinks, seenBy observer: (LogStream, UnsafeRawBufferPointer) -> Void) -> Bool {
        for _ in 0..<8 {
            let room = assembler.room
            let count = read(descriptor.rawValue, room.baseAddress, room.count)
            if count > 0 {
                observer(stream, UnsafeRawBufferPointer(rebasing: room[..<count]))
                assembler.consume(count, at: .now, into: &sinks)
                sinks.flush()
                if count < room.count || sinks.isWaiting { return false }
                continue
            }
            let code = count == 0 ? 0 : errno
            if code == EAGAIN { return false }
            if code == EINTR { continue }
            // The end of the stream, or an error that will not go away: both are the last that we hear.
            isOpen = false
            return true
        }
        return false
    }

    /// Logs a begun line: nothing more will come.
    func finish(into sinks: inout LogSinks) {
        assembler.finish(at: .now, into: &sinks)
        sinks.flush()
    }

    var holdsPages: Bool { assembler.holdsPages }

    func releasePages() { assembler.releasePages() }
}
