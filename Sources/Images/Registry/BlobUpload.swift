import Glibc
import HTTPClient
import OCISpec

/// One blob on its way to a registry (distribution specification, "Pushing blobs").
struct BlobUpload {
    private static let mostRequests = 10_000

    let client: RegistryClient
    let route: RegistryRoute
    let descriptor: ContentDescriptor
    let content: BlobContent
    let progress: @Sendable (Int64) -> Void

    private var subject: String { "\(route.reference) blob \(descriptor.digest.shortHex)" }
    private var configuration: RegistryConfiguration { client.configuration }

    /// An upload that the registry has begun.
    private struct Session {
        /// Where the next request goes.
        var location: HTTPURL
        /// The smallest piece that the registry takes.
        var smallest: Int64 = 0
    }

    func run() async throws {
        let isWhole = descriptor.size <= configuration.uploadPiece
        var failures = 0
        while true {
            do {
                let session = try await begin()
                if isWhole {
                    try await finish(session, sending: 0)
                } else {
                    try await sendPieces(session)
                }
                progress(descriptor.size)
                return
            } catch let error as RegistryError where error.isTransient {
                failures += 1
                guard failures < configuration.retries.attempts else { throw error }
                try await Task.sleep(for: configuration.retries.delay(before: failures, serverAsks: error.retryAfter))
            }
        }
    }

    private func begin() async throws -> Session {
        let url = try await client.url(route, "blobs/uploads/")
        var request = HTTPRequest(.post, url, timeout: configuration.documentTimeout)
        request.headers["Content-Type"] = "application/octet-stream"
        let response = try await client.send(request, for: route, access: .push, subject: subject)
        guard response.status == 202 else {
            throw RegistryError(subject: subject, reason: .unexpectedStatus(response.status))
        }
        var session = Session(location: try location(response, url))
        session.smallest = response.headers["OCI-Chunk-Min-Length"].flatMap { Int64($0) }.map { max(0, min($0, 1 << 30)) } ?? 0
        return session
    }

    private func location(_ response: HTTPResponse, _ url: HTTPURL) throws -> HTTPURL {
        guard let header = response.headers["Location"] else {
            throw RegistryError(subject: subject, reason: .badAnswer("an upload without a location"))
        }
        let target: HTTPURL
        do { target = try url.resolving(header) } catch {
            throw RegistryError(subject: subject, reason: .badAnswer("an upload to \"\(header.prefix(200))\""))
        }
        // What began encrypted does not go on in clear.
        guard target.scheme == "https" || url.scheme == "http" else {
            throw RegistryError(subject: subject, reason: .badAnswer("an upload that is not encrypted"))
        }
        return target
    }

    /// The pieces one after another, then the end.
    private func sendPieces(_ started: Session) async throws {
        let piece = max(configuration.uploadPiece, started.smallest)
        var session = started
        var offset: Int64 = 0
        var failures = 0
        for _ in 0..<Self.mostRequests where offset < descriptor.size {
            let count = min(piece, descriptor.size - offset)
            do {
                session.location = try await send(session, from: offset, count: count)
                offset += count
                failures = 0
                progress(offset)
            } catch let error as RegistryError where error.isTransient || error.isRangeRefusal {
                failures += 1
                guard failures < configuration.retries.attempts else { throw error }
                try await Task.sleep(for: configuration.retries.delay(before: failures, serverAsks: error.retryAfter))
                (session.location, offset) = try await state(session)
            }
        }
        try await finish(session, sending: nil)
    }

    private func body(from offset: Int64, count: Int64) throws -> any HTTPBodySource {
        switch content {
        case .file(let path): try HTTPFileBody(path, from: offset, count: count)
        case .bytes(let bytes): MemoryBody(bytes[Int(offset)..<Int(offset + count)])
        }
    }

    private func send(_ session: Session, from offset: Int64, count: Int64) async throws -> HTTPURL {
        var request = HTTPRequest(.patch, session.location)
        request.headers["Content-Type"] = "application/octet-stream"
        request.headers["Content-Range"] = "\(offset)-\(offset + count - 1)"
        request.bodySource = try body(from: offset, count: count)
        let response = try await client.send(request, for: route, access: .push, subject: subject)
        return try location(response, session.location)
    }

    /// How far the registry has come with an upload that broke off.
    private func state(_ session: Session) async throws -> (HTTPURL, Int64) {
        let request = HTTPRequest(.get, session.location, timeout: configuration.documentTimeout, bodyLimit: 1 << 20)
        let response = try await client.send(request, for: route, access: .push, subject: subject)
        let next = response.headers["Location"] == nil ? session.location : try location(response, session.location)
        // "0-0" is what registries say of nothing, and of one byte.
        guard let range = response.headers["Range"], let end = range.split(separator: "-").last.flatMap({ Int64($0) }), end > 0 else {
            return (next, 0)
        }
        guard end < descriptor.size else {
            throw RegistryError(subject: subject, reason: .badAnswer("it has \(end + 1) of \(descriptor.size) bytes"))
        }
        return (next, end + 1)
    }

    /// The last request; with all bytes from `offset` on, or with none.
    private func finish(_ session: Session, sending offset: Int64?) async throws {
        let text = session.location.text
        let target = try HTTPURL("\(text)\(text.contains("?") ? "&" : "?")digest=\(descriptor.digest)")
        var request = HTTPRequest(.put, target)
        request.headers["Content-Type"] = "application/octet-stream"
        if let offset { request.bodySource = try body(from: offset, count: descriptor.size - offset) }
        _ = try await client.send(request, for: route, access: .push, subject: subject)
    }
}

/// Bytes in memory as the body of a request.
private final class MemoryBody: HTTPBodySource {
    private let bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    var count: Int64 { Int64(bytes.count) }

    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let piece = bytes.dropFirst(Int(offset)).prefix(buffer.count)
        buffer.copyBytes(from: piece)
        return piece.count
    }
}

extension RegistryError {
    /// Whether a registry has another idea of how far an upload is.
    fileprivate var isRangeRefusal: Bool {
        guard case .unexpectedStatus(416) = reason else { return false }
        return true
    }
}
