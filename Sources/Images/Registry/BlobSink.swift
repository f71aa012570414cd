import HTTPClient
import Hashing
import OCISpec

/// Takes a blob as it comes, once and in order, however often the transfer has to begin anew.
///
/// Called from the HTTP client's thread; must not wait for long.
public protocol BlobSink: AnyObject, Sendable {
    func append(_ bytes: UnsafeRawBufferPointer) throws
}

/// Puts the answers to several requests for parts of a blob together, and checks size and hash.
final class BlobAssembly: HTTPBodySink, @unchecked Sendable {
    private let descriptor: ContentDescriptor
    private let subject: String
    private let sink: any BlobSink
    // Used by the HTTP client's thread during a transfer, and between transfers by the task that makes them.
    private(set) var received: Int64 = 0
    private var skip: Int64 = 0
    private var hash: StreamingHash

    init(_ descriptor: ContentDescriptor, subject: String, sink: any BlobSink) {
        self.descriptor = descriptor
        self.subject = subject
        self.sink = sink
        hash = StreamingHash(descriptor.digest.algorithm.function)
    }

    var isComplete: Bool { received == descriptor.size }

    func begin(_ response: HTTPResponse, flow: HTTPFlow) throws {
        skip = 0
        guard received > 0 else { return }
        if response.status == 206 {
            let wanted = "bytes \(received)-"
            guard let range = response.headers["Content-Range"], range.lowercased().hasPrefix(wanted) else {
                throw RegistryError(subject: subject, reason: .unexpectedStatus(206))
            }
        } else {
            // The server knows no ranges and begins at the beginning.
            skip = received
        }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws -> HTTPSinkState {
        var bytes = bytes
        if skip > 0 {
            let count = Int(min(skip, Int64(bytes.count)))
            skip -= Int64(count)
            bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(count))
            if bytes.isEmpty { return .taken }
        }
        guard received + Int64(bytes.count) <= descriptor.size else {
            throw RegistryError(
                subject: subject,
                reason: .sizeMismatch(expected: descriptor.size, actual: received + Int64(bytes.count))
            )
        }
        hash.update(bytes)
        try sink.append(bytes)
        received += Int64(bytes.count)
        return .taken
    }

    /// Throws unless size and hash are those of the descriptor. The last call.
    func verify() throws {
        guard isComplete else {
            throw RegistryError(subject: subject, reason: .sizeMismatch(expected: descriptor.size, actual: received))
        }
        let algorithm = descriptor.digest.algorithm
        var finished = StreamingHash(algorithm.function)
        swap(&finished, &hash)
        let actual = Digest(algorithm: algorithm, hash: finished.finalize())
        guard actual == descriptor.digest else {
            throw RegistryError(
                subject: subject,
                reason: .digestMismatch(expected: descriptor.digest, actual: actual)
            )
        }
    }
}
