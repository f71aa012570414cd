/// Takes the body of a response as it comes.
///
/// All calls come from the client's thread, one after another. They must not wait: what cannot take bytes now says
/// `.full` and calls `HTTPFlow.resume()` when it can.
public protocol HTTPBodySink: AnyObject, Sendable {
    /// The head of a successful response, once, before its first byte. An error ends the transfer and is thrown on.
    func begin(_ response: HTTPResponse, flow: HTTPFlow) throws
    /// Bytes of the body. With `.full` the same bytes come again later. An error ends the transfer and is thrown on.
    func receive(_ bytes: UnsafeRawBufferPointer) throws -> HTTPSinkState
}

/// What a sink did with the bytes that it was given.
public enum HTTPSinkState: Sendable {
    case taken
    case full
}

/// The way from a sink back to its transfer.
public struct HTTPFlow: Sendable {
    let resumption: @Sendable () -> Void

    /// Lets a transfer whose sink was full go on. May be called from any thread, also when nothing is paused.
    public func resume() { resumption() }
}

/// Gathers a body that is known to be small.
final class CollectingSink: HTTPBodySink, @unchecked Sendable {
    // Written by the client's thread only, and read when the transfer is over.
    private(set) var bytes: [UInt8] = []

    func begin(_ response: HTTPResponse, flow: HTTPFlow) {}

    func receive(_ bytes: UnsafeRawBufferPointer) -> HTTPSinkState {
        self.bytes.append(contentsOf: bytes)
        return .taken
    }
}
