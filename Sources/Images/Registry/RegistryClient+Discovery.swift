import HTTPClient
import JSONCoding
import OCISpec

/// What a registry has (distribution specification, "Content Discovery").
extension RegistryClient {
    private static let pageLimit: Int64 = 8 << 20
    private static let mostPages = 10_000

    private struct TagPage: Decodable {
        var tags: [String]?
    }

    /// All tags of a repository, in the registry's order. `page` is how many are asked for at a time; nil: as many as it likes.
    public func tags(of reference: ImageReference, page: Int? = nil) async throws -> [String] {
        try await trying(reference) { route in
            var tags: [String] = []
            let first = try await url(route, "tags/list" + (page.map { "?n=\($0)" } ?? ""))
            try await pages(from: first, route, subject: reference.name) { bytes in
                do { tags += try JSON.decode(TagPage.self, from: bytes).tags ?? [] } catch {
                    throw RegistryError(subject: reference.name, reason: .badAnswer("no list of tags: \(error)"))
                }
            }
            return tags
        }
    }

    /// Goes through pages that name the next one in a `Link` header (RFC 8288). False where the first one has a status of
    /// `tolerating`.
    @discardableResult
    private func pages(
        from first: HTTPURL,
        _ route: RegistryRoute,
        subject: String,
        tolerating: Set<Int> = [],
        _ read: ([UInt8]) throws -> Void
    ) async throws -> Bool {
        var next: HTTPURL? = first
        var seen: Set<String> = []
        while let page = next {
            guard seen.insert(page.text).inserted, seen.count <= Self.mostPages else {
                throw RegistryError(subject: subject, reason: .badAnswer("a list that never ends"))
            }
            let request = HTTPRequest(.get, page, timeout: configuration.documentTimeout, bodyLimit: Self.pageLimit)
            let (response, bytes) = try await retrying {
                let sink = DocumentSink()
                let response = try await send(request, for: route, subject: subject, into: sink, tolerating: tolerating)
                return (response, sink.bytes)
            }
            guard response.isSuccess else { return false }
            try read(bytes)
            next = try response.headers.values("Link").lazy.compactMap(LinkHeader.next).first.map { target in
                let resolved = try page.resolving(target)
                guard (resolved.scheme, resolved.host, resolved.port) == (page.scheme, page.host, page.port) else {
                    throw RegistryError(subject: subject, reason: .badAnswer("a list that goes on at \(resolved.host)"))
                }
                return resolved
            }
        }
        return true
    }

    /// The manifests that name a manifest as their subject: signatures, bills of materials. Those of one artifact type, or all.
    ///
    /// Of a registry that keeps no such list, what the tag says that stands in for it.
    public func referrers(
        of digest: Digest,
        in reference: ImageReference,
        artifactType: String? = nil
    ) async throws -> [ContentDescriptor] {
        let all = try await trying(reference) { try await referrers(of: digest, $0, artifactType) }
        // A registry may filter, and need not.
        return all.filter { artifactType == nil || $0.artifactType == artifactType }
    }

    private func referrers(of digest: Digest, _ route: RegistryRoute, _ type: String?) async throws -> [ContentDescriptor] {
        let subject = "\(route.reference.pinned(to: digest)) referrers"
        var found: [ContentDescriptor] = []
        let first = try await url(route, "referrers/\(digest)" + (type.map { "?artifactType=\($0.percentEncoded)" } ?? ""))
        // A registry of before these lists.
        let knowsNone: Set = [400, 404, 405, 406, 415]
        let isListed = try await pages(from: first, route, subject: subject, tolerating: knowsNone) { bytes in
            found += try Self.index(bytes, subject).manifests
        }
        if isListed { return found }
        let fallback = try await fallbackIndex(of: digest, route)
        return fallback?.manifests ?? []
    }

    private static func index(_ bytes: [UInt8], _ subject: String) throws(RegistryError) -> ImageIndex {
        do throws(ImageManifestError) {
            guard case .index(let index) = try ImageManifestDocument(bytes, announcedAs: .ociIndex) else {
                throw ImageManifestError("no index")
            }
            return index
        } catch {
            throw RegistryError(subject: subject, reason: .invalidManifest(error))
        }
    }

    /// What stands under the tag that lists a manifest's referrers where the registry does not (`sha256-…`).
    private func fallbackIndex(of digest: Digest, _ route: RegistryRoute) async throws -> ImageIndex? {
        let tag = "\(digest.algorithm.rawValue)-\(digest.hex)"
        let request = HTTPRequest(
            .get,
            try await url(route, "manifests/\(tag)"),
            headers: Self.acceptingManifests,
            timeout: configuration.documentTimeout,
            bodyLimit: Self.pageLimit
        )
        let subject = "\(route.reference.name):\(tag)"
        let (isThere, bytes) = try await retrying {
            let sink = DocumentSink()
            let response = try await send(request, for: route, subject: subject, into: sink, tolerating: [404, 410])
            return (response.isSuccess, sink.bytes)
        }
        return isThere ? try Self.index(bytes, subject) : nil
    }

    /// Adds a manifest that was pushed to the tag that lists its subject's referrers. The registry has said that it does not by
    /// itself.
    func recordReferrer(_ bytes: [UInt8], _ type: MediaType, _ digest: Digest, _ reference: ImageReference) async throws {
        guard let referrer = try Referrer(bytes, type, digest, reference) else { return }
        let known = try await fallbackIndex(of: referrer.subject, try primaryRoute(for: reference))
        guard let document = try referrer.added(to: known) else { return }
        _ = try await put(document.bytes, .ociIndex, document.digest, referrer.list)
    }
}

/// A manifest with a subject, as the list of the subject's referrers is to have it.
private struct Referrer {
    let subject: Digest
    /// Where the list is.
    let list: ImageReference
    private let entry: ContentDescriptor

    /// Nil for a manifest without a subject.
    init?(_ bytes: [UInt8], _ type: MediaType, _ digest: Digest, _ reference: ImageReference) throws {
        // What is no JSON has no subject; the registry has taken it all the same.
        guard let node = try? JSON.parse(bytes), let text = node["subject"]?["digest"]?.stringValue else { return nil }
        subject = try Digest(text)
        list = try ImageReference("\(reference.name):\(subject.algorithm.rawValue)-\(subject.hex)")
        var entry = ContentDescriptor(mediaType: type, digest: digest, size: Int64(bytes.count))
        entry.artifactType = node["artifactType"]?.stringValue ?? node["config"]?["mediaType"]?.stringValue
        if let annotations = node["annotations"] { entry.annotations = try JSON.decode([String: String].self, from: annotations) }
        self.entry = entry
    }

    /// The list with this manifest; nil where it is in there.
    func added(to known: ImageIndex?) throws -> (bytes: [UInt8], digest: Digest)? {
        var index = known ?? ImageIndex(manifests: [])
        guard !index.manifests.contains(where: { $0.digest == entry.digest }) else { return nil }
        index.manifests.append(entry)
        let bytes = try JSON.encode(index)
        return (bytes, Digest.computing(.sha256, over: bytes))
    }
}

/// `Link: <…>; rel="next"`.
enum LinkHeader {
    /// The target of a link to the next page.
    static func next(_ header: String) -> String? {
        guard let open = header.firstIndex(of: "<"), let close = header[open...].firstIndex(of: ">") else { return nil }
        let parameters = header[header.index(after: close)...].lowercased().filter { !$0.isWhitespace && $0 != "\"" }
        guard parameters.split(separator: ";").contains("rel=next") else { return nil }
        return String(header[header.index(after: open)..<close])
    }
}
