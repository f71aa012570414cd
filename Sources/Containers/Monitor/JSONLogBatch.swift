import Glibc
import Linux

/// Log entries in Docker's form that are written with one call: `{"log":"text\n","stream":"stdout","time":"…"}`, a line each.
///
/// An entry whose text has no newline at its end goes on in the next one of its stream. What is no UTF-8 becomes U+FFFD, a byte
/// each: JSON has no other place for it.
public struct JSONLogBatch: ~Copyable, LogSink {
    /// A byte of output becomes six at most, `\u0000`.
    private static let expansion = 6
    private static let head: StaticString = "{\"log\":\""

    /// What is behind the text of each entry of one read, and where the time is in it.
    private let tail: LazyBuffer
    private let timeOffset: Int
    /// The beginning of a character whose end is in the next entry of its stream.
    private var begun: (output: BegunCharacter, error: BegunCharacter) = (BegunCharacter(), BegunCharacter())
    private var stream = LogStream.stdout
    private var entries: EntryBuffer
    private var clock = LogClock()

    /// - Parameters:
    ///   - attributes: what each entry says beside its text (`attrs`); where there are none it has no such member.
    ///   - write: gets whole entries, never a part of one.
    public init(attributes: [(name: String, value: String)], write: @escaping (UnsafeRawBufferPointer) -> Void) {
        let members = attributes.map { "\(JSONText.quoted($0.name)):\(JSONText.quoted($0.value))" }
        let attrs = members.isEmpty ? "" : ",\"attrs\":{\(members.joined(separator: ","))}"
        // The names of both streams are six bytes long.
        let text = Array("\",\"stream\":\"stdout\"\(attrs),\"time\":\"".utf8)
        let end = Array("\"}\n".utf8)
        timeOffset = text.count
        tail = LazyBuffer(capacity: text.count + LogClock.length + end.count)
        tail.bytes.copyBytes(from: text)
        UnsafeMutableRawBufferPointer(rebasing: tail.bytes[(text.count + LogClock.length)...]).copyBytes(from: end)
        // A full read of 100-byte lines shall be one write.
        let longest = JSONLogBatch.expansion * (LineAssembler.entryLimit + 4) + tail.bytes.count + 16
        entries = EntryBuffer(capacity: 160 * 1024 + longest, write: write)
    }

    public mutating func begin(_ stream: LogStream, at time: Timestamp) {
        self.stream = stream
        guard let start = tail.bytes.baseAddress else { return }
        // Behind `","stream":"`.
        memcpy(start + 12, stream.name.utf8Start, 6)
        clock.write(time, to: (start + timeOffset).assumingMemoryBound(to: UInt8.self))
    }

    public mutating func append(_ start: UnsafeRawPointer, count length: Int, isWholeLine: Bool) {
        let held = stream == .stdout ? begun.output : begun.error
        let room = JSONLogBatch.expansion * (length + held.count + 1) + tail.bytes.count + 16
        guard let target = entries.begin(atMost: room), let end = tail.bytes.baseAddress else { return }
        memcpy(target, JSONLogBatch.head.utf8Start, JSONLogBatch.head.utf8CodeUnitCount)
        var writer = JSONStringWriter(target + JSONLogBatch.head.utf8CodeUnitCount)
        let text = UnsafeRawBufferPointer(start: start, count: length)
        var rest = BegunCharacter()
        if held.isEmpty {
            rest = writer.append(text, goesOn: !isWholeLine)
        } else {
            let whole = held.bytes + text
            rest = whole.withUnsafeBytes { writer.append($0, goesOn: !isWholeLine) }
        }
        if stream == .stdout { begun.output = rest } else { begun.error = rest }
        if isWholeLine { writer.append(escape: UInt8(ascii: "n")) }
        memcpy(writer.position, end, tail.bytes.count)
        entries.end(writer.position - target + tail.bytes.count)
    }

    /// Writes what was added.
    public mutating func flush() { entries.flush() }

    /// Whether pages are held that an idle monitor should give back.
    var holdsPages: Bool { entries.holdsPages }

    /// Gives the buffer's pages back.
    mutating func releasePages() { entries.releasePages() }
}
