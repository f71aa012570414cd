import TestSupport
import Testing

/// `#expect(try await … == …)` cannot tell what it got: this can.
func expect<Value: Equatable>(
    _ value: Value,
    is expected: Value,
    _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(value == expected, comment, sourceLocation: sourceLocation)
}

/// Nothing in the host is more, less or other than before.
func expectUnchanged(
    _ now: HostSnapshot,
    since earlier: HostSnapshot,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let changes = now.changes(since: earlier)
    #expect(changes == [], sourceLocation: sourceLocation)
}

/// A text has another one in it.
func expect(_ text: String, contains part: String, sourceLocation: SourceLocation = #_sourceLocation) {
    if !text.contains(part) { Issue.record("\"\(part)\" is not in: \(text)", sourceLocation: sourceLocation) }
}
