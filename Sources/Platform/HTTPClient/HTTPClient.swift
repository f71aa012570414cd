/// Fetches things over HTTP; many at once on one thread.
public final class HTTPClient: Sendable {
    /// How all requests of a client are made.
    public struct Configuration: Sendable {
        public var userAgent = "swiftlet"
        public var connectTimeout = Duration.seconds(15)
        /// A transfer that stays below this many bytes a second for `lowSpeedTime` is given up.
        public var lowSpeedLimit = 1024
        public var lowSpeedTime = Duration.seconds(30)
        public var maximumRedirects = 8
        /// A file of certificates to trust instead of the system's.
        public var certificateAuthorityFile: String?

        public init() {}
    }

    private let thread: TransferThread

    public init(configuration: Configuration = Configuration()) {
        thread = TransferThread(configuration: configuration)
    }

    deinit {
        thread.stop()
    }

    /// Sends a request and streams the body of a success into `sink`.
    ///
    /// Returns when the body is complete. Throws `HTTPError`, or whatever the sink threw.
    public func send(_ request: HTTPRequest, into sink: any HTTPBodySink) async throws -> HTTPResponse {
        let transfer = Transfer(request: request, sink: sink)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                thread.start(transfer, continuation)
            }
        } onCancel: {
            thread.cancel(transfer)
        }
    }

    /// Sends a request and gathers the body of a success, which must not be longer than the request's limit.
    public func collect(_ request: HTTPRequest) async throws -> (response: HTTPResponse, body: [UInt8]) {
        precondition(request.bodyLimit != nil, "a body that is gathered in memory needs a limit")
        let sink = CollectingSink()
        let response = try await send(request, into: sink)
        return (response, sink.bytes)
    }
}
