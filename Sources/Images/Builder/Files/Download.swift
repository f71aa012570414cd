import Glibc
import HTTPClient
import Hashing
import ImageStore
import Linux
import OCISpec

/// ADD of a URL: into a file, and its digest.
struct Download {
    private static let sizeLimit: Int64 = 16 << 30
    let store: ImageStore

    struct File: Sendable {
        var path: String
        /// The last part of the URL's path.
        var name: String
        var digest: Digest
        /// Seconds since 1970, as the server says it; now where it does not.
        var modified: Int64
    }

    func fetch(_ url: String, checksum: String?) async throws -> File {
        let path = try await store.makeBlobPath()
        do {
            let sink = try FileSink(path)
            var rest = url[...]
            if let end = rest.firstIndex(where: { $0 == "?" || $0 == "#" }) { rest = rest[..<end] }
            let afterHost = rest.split(separator: "/", omittingEmptySubsequences: false).dropFirst(3)
            guard let name = afterHost.last, !name.isEmpty, name != ".", name != ".." else {
                throw BuildError(.invalid, "\(url) does not name a file")
            }
            let response = try await HTTPClient().send(
                HTTPRequest(.get, try HTTPURL(url), bodyLimit: Self.sizeLimit),
                into: sink
            )
            guard response.isSuccess else { throw BuildError(.notFound, "\(url): status \(response.status)") }
            let digest = Digest(algorithm: .sha256, hash: sink.finish())
            if let checksum, checksum.lowercased() != digest.description {
                throw BuildError(.invalid, "\(url) has the digest \(digest), not \(checksum)")
            }
            let modified = response.headers.values("Last-Modified").first.flatMap(Self.seconds)
            return File(path: path, name: String(name), digest: digest, modified: modified ?? Int64(time(nil)))
        } catch {
            // What cannot be removed now is removed when the store is opened the next time.
            try? FileSystem.removeFile(path)
            if error is BuildError || error is CancellationError { throw error }
            throw BuildError(.notFound, "\(error)")
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
    static func seconds(_ text: String) -> Int64? {
        let words = text.split { $0 == " " || $0 == "," || $0 == ":" }.map(String.init)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard words.count == 8, words[7] == "GMT", let month = months.firstIndex(of: words[2]) else { return nil }
        let numbers = [1, 3, 4, 5, 6].compactMap { Int32(words[$0]) }
        guard numbers.count == 5, (1970...9999).contains(numbers[1]) else { return nil }
        var parts = tm()
        (parts.tm_mday, parts.tm_year, parts.tm_hour, parts.tm_min, parts.tm_sec) =
            (numbers[0], numbers[1] - 1900, numbers[2], numbers[3], numbers[4])
        parts.tm_mon = Int32(month)
        return Int64(timegm(&parts))
    }

    private final class FileSink: HTTPBodySink, @unchecked Sendable {
        private let file: Descriptor
        private var hash = StreamingHash()

        init(_ path: String) throws {
            file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
        }

        func begin(_ response: HTTPResponse, flow: HTTPFlow) {}

        func receive(_ bytes: UnsafeRawBufferPointer) throws -> HTTPSinkState {
            try file.writeAll(bytes)
            hash.update(bytes)
            return .taken
        }

        /// Called once, when the transfer is over.
        func finish() -> [UInt8] {
            var taken = StreamingHash()
            swap(&taken, &hash)
            return taken.finalize()
        }
    }
}
