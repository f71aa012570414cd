import Glibc
import JSONCoding
import Linux
import OCISpec
import Registry

/// Writes signatures of an image that is in a registry.
public struct ImageSigner: Sendable {
    let reader: SignatureReader
    let creator: String

    /// - Parameter creator: what is said to have made the signatures.
    public init(_ reader: SignatureReader, creator: String) {
        self.reader = reader
        self.creator = creator
    }

    private func payload(_ kind: SignatureClaim.Kind, _ digest: Digest, _ identity: String) -> [UInt8] {
        SignatureClaim(digest: digest, reference: identity).payload(kind, creator: creator, seconds: Int64(time(nil)))
    }

    /// Adds a sigstore signature to those under the image's tag for signatures.
    ///
    /// - Parameter identity: the name that is signed.
    public func sign(_ digest: Digest, in reference: ImageReference, as identity: String, with key: SigstoreKey) async throws {
        let payload = payload(.sigstore, digest, identity)
        var layer = Self.descriptor(SignatureReader.layerType, payload)
        _ = try await reader.client.pushBlob(layer, .bytes(payload), to: reference)
        layer.annotations = [SignatureReader.annotation: Base64.encode(try key.sign(payload))]
        var layers = try await reader.attachmentManifest(of: digest, in: reference)?.layers ?? []
        layers.append(layer)
        let digests = layers.map { JSONNode($0.digest.description) }
        let configuration = JSON.serialize([
            "architecture": "", "os": "", "config": [:], "rootfs": ["type": "layers", "diff_ids": JSONNode(.array(digests))],
        ])
        let config = Self.descriptor(.ociConfiguration, configuration)
        _ = try await reader.client.pushBlob(config, .bytes(configuration), to: reference)
        let manifest = try JSON.encode(ImageManifest(config: config, layers: layers))
        _ = try await reader.client.pushManifest(manifest, .ociManifest, to: try SignatureReader.tag(of: digest, in: reference))
    }

    private static func descriptor(_ type: MediaType, _ bytes: [UInt8]) -> ContentDescriptor {
        ContentDescriptor(mediaType: type, digest: .sha256(of: bytes), size: Int64(bytes.count))
    }

    /// Adds a simple signature where registries.d says that they are written.
    public func sign(_ digest: Digest, in reference: ImageReference, as identity: String, gpgKey: String, passphrase: String?) async throws {
        func place(_ number: Int) throws -> String {
            guard let place = reader.places.signature(number, of: digest, in: reference, writing: true), place.hasPrefix("file://") else {
                throw SignatureRefusal(image: reference.description, problem: "registries.d names no folder (file://) where its signatures are written")
            }
            return String(place.dropFirst(7))
        }
        let payload = payload(.simple, digest, identity)
        let signature = try await onThread(named: "gpg") { try GPGProgram().sign(payload, key: gpgKey, passphrase: passphrase) }
        var number = 1
        while FileSystem.exists(try place(number)) { number += 1 }
        let path = try place(number)
        try FileSystem.makeDirectories(FileSystem.split(path).directory)
        try FileSystem.writeAtomically(path, signature, mode: 0o644, durable: true)
    }
}
