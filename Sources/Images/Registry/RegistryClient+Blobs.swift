import HTTPClient
import OCISpec

extension RegistryClient {
    /// However much is gained each time, a blob is not asked for more often than this.
    private static let mostRequests = 50

    /// Streams a blob into `sink`, and returns when all of it has come with the right size and digest.
    ///
    /// A transfer that breaks off goes on where it stopped. When this throws, the sink has been given something that is
    /// not to be used.
    public func fetchBlob(
        _ descriptor: ContentDescriptor,
        of reference: ImageReference,
        into sink: any BlobSink
    ) async throws {
        let subject = "\(reference) layer \(descriptor.digest.shortHex)"
        let assembly = BlobAssembly(descriptor, subject: subject, sink: sink)
        // What one place began, the next one may finish.
        try await trying(reference) { try await fetch(assembly, descriptor, $0, subject) }
    }

    private func fetch(
        _ assembly: BlobAssembly,
        _ descriptor: ContentDescriptor,
        _ route: RegistryRoute,
        _ subject: String
    ) async throws {
        var failures = 0
        for _ in 0..<Self.mostRequests where !assembly.isComplete || descriptor.size == 0 {
            let before = assembly.received
            var failure: RegistryError
            do {
                try await fetchRest(assembly, descriptor, route, subject)
                if assembly.isComplete { break }
                // The server ended properly, but too early.
                failure = RegistryError(
                    subject: subject,
                    reason: .sizeMismatch(expected: descriptor.size, actual: assembly.received)
                )
            } catch let error as RegistryError where error.isTransient {
                failure = error
            }
            failures = assembly.received > before ? 1 : failures + 1
            guard failures < configuration.retries.attempts else { throw failure }
            try await Task.sleep(for: configuration.retries.delay(before: failures, serverAsks: failure.retryAfter))
        }
        try assembly.verify()
    }

    private func fetchRest(
        _ assembly: BlobAssembly,
        _ descriptor: ContentDescriptor,
        _ route: RegistryRoute,
        _ subject: String
    ) async throws {
        var request = HTTPRequest(.get, try await url(route, "blobs/\(descriptor.digest)"))
        if assembly.received > 0 { request.headers["Range"] = "bytes=\(assembly.received)-" }
        _ = try await send(request, for: route, subject: subject, into: assembly)
    }
}
