import Glibc
import HTTPClient
import JSONCoding
import Linux
import OCISpec
import Registry

/// Fetches the signatures of a manifest.
public struct SignatureReader: Sendable {
    /// A signature of sigstore's: what it says, and ASN.1 over it.
    public struct Attachment: Sendable, Hashable {
        public var payload: [UInt8]
        public var signature: [UInt8]
    }

    static let countLimit = 128
    static let sizeLimit = 4 << 20
    static let layerType = MediaType(rawValue: "application/vnd.dev.cosign.simplesigning.v1+json")
    static let annotation = "dev.cosignproject.cosign/signature"

    let places: SignaturePlaces
    let client: RegistryClient
    let http: HTTPClient

    public init(places: SignaturePlaces, client: RegistryClient, http: HTTPClient = HTTPClient()) {
        self.places = places
        self.client = client
        self.http = http
    }

    /// The tag that cosign gives to the signatures of a manifest.
    static func tag(of digest: Digest, in reference: ImageReference) throws -> ImageReference {
        try ImageReference("\(reference.name):\(digest.algorithm.rawValue)-\(digest.hex).sig")
    }

    /// Sigstore's signatures; none where the registries' files do not say that there are.
    public func attachments(of digest: Digest, in reference: ImageReference) async throws -> [Attachment] {
        guard places.usesAttachments(of: reference) else { return [] }
        guard let manifest = try await attachmentManifest(of: digest, in: reference) else { return [] }
        var found: [Attachment] = []
        for layer in manifest.layers where layer.mediaType == Self.layerType {
            guard let text = layer.annotations?[Self.annotation], let signature = Base64.decode(text) else { continue }
            guard found.count < Self.countLimit else { throw PolicyProblem("more than \(Self.countLimit) signatures") }
            let payload = try await client.fetchSmallBlob(layer, of: reference, limit: Int64(Self.sizeLimit))
            found.append(Attachment(payload: payload, signature: signature))
        }
        return found
    }

    func attachmentManifest(of digest: Digest, in reference: ImageReference) async throws -> ImageManifest? {
        do {
            let document = try await client.fetchDocument(try Self.tag(of: digest, in: reference))
            guard case .image(let manifest) = document.document else { throw PolicyProblem("what has the tag of the signatures is an index") }
            return manifest
        } catch let error as RegistryError {
            guard case .notFound = error.reason else { throw error }
            return nil
        }
    }

    /// Simple signatures, in their order; the first number that is not there is the end.
    public func simpleSignatures(of digest: Digest, in reference: ImageReference) async throws -> [[UInt8]] {
        var found: [[UInt8]] = []
        while let place = places.signature(found.count + 1, of: digest, in: reference), let bytes = try await read(place) {
            guard found.count < Self.countLimit else { throw PolicyProblem("more than \(Self.countLimit) signatures") }
            found.append(bytes)
        }
        return found
    }

    private func read(_ place: String) async throws -> [UInt8]? {
        if place.hasPrefix("file://") {
            do throws(SystemError) { return try FileSystem.read(String(place.dropFirst(7)), limit: Self.sizeLimit) } catch {
                guard error.errno == ENOENT else { throw error }
                return nil
            }
        }
        guard place.hasPrefix("https://") || place.hasPrefix("http://") else { throw PolicyProblem("a place for signatures must be of http, https or file: \(place)") }
        let request = HTTPRequest(.get, try HTTPURL(place), timeout: .seconds(30), bodyLimit: Int64(Self.sizeLimit))
        let (response, body) = try await http.collect(request)
        if response.status == 404 || response.status == 410 { return nil }
        guard response.isSuccess else { throw PolicyProblem("\(place) answers \(response.status)") }
        return body
    }
}
