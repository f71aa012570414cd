import JSONCoding

/// What a registry or a layout has under the digest of a manifest: an image, or an index of several.
public enum ImageManifestDocument: Sendable, Hashable {
    case index(ImageIndex)
    case image(ImageManifest)

    /// Reads a document whose type was announced as `mediaType` (a descriptor, a Content-Type header), if it was.
    ///
    /// The document's own `mediaType` must say the same: bytes that are an image to one reader and an index to another
    /// are refused (the specification's answer to CVE-2021-41190).
    public init(_ bytes: [UInt8], announcedAs announced: MediaType?) throws(ImageManifestError) {
        let node: JSONNode
        do {
            node = try JSON.parse(bytes)
        } catch {
            throw ImageManifestError("no JSON: \(error)")
        }
        let own = node["mediaType"]?.stringValue.map(MediaType.init(rawValue:))
        let known = announced.flatMap { $0.isIndex || $0.isManifest ? $0 : nil }
        if let own, let known, own != known {
            throw ImageManifestError("announced as \(known), but says of itself to be \(own)")
        }
        // OCI documents need not name their type; then their members tell.
        guard let type = own ?? known ?? Self.guess(node) else {
            throw ImageManifestError("of no known type (\(announced?.rawValue ?? "none"))")
        }
        do {
            if type.isIndex {
                guard node["layers"] == nil, node["config"] == nil else {
                    throw ImageManifestError("an index with the members of an image")
                }
                self = .index(try JSON.decode(ImageIndex.self, from: node))
            } else if type.isManifest {
                guard node["manifests"] == nil else {
                    throw ImageManifestError("an image with the members of an index")
                }
                self = .image(try JSON.decode(ImageManifest.self, from: node))
            } else {
                throw ImageManifestError("of the unsupported type \(type)")
            }
        } catch let error as ImageManifestError {
            throw error
        } catch {
            throw ImageManifestError("\(error)")
        }
    }

    private static func guess(_ node: JSONNode) -> MediaType? {
        if node["manifests"] != nil { return .ociIndex }
        if node["config"] != nil && node["layers"] != nil { return .ociManifest }
        return nil
    }
}

/// A manifest that cannot be used.
public struct ImageManifestError: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String

    public init(_ problem: String) { description = "the manifest is \(problem)" }
}

extension ImageManifest {
    /// The most layers that overlayfs stacks.
    public static let layerLimit = 500

    /// Throws unless this is the manifest of a container image whose layers we can unpack.
    public func validate() throws(ImageManifestError) {
        guard config.mediaType.isConfiguration else {
            throw ImageManifestError(
                "not that of a container image, but of \(artifactType ?? config.mediaType.rawValue)"
            )
        }
        guard layers.count <= Self.layerLimit else { throw ImageManifestError("one of \(layers.count) layers") }
        for layer in layers {
            guard layer.mediaType.layerCompression != nil else {
                throw ImageManifestError("one with a layer of the unsupported type \(layer.mediaType)")
            }
        }
        for descriptor in [config] + layers where descriptor.size < 0 {
            throw ImageManifestError("one with a negative size")
        }
    }
}
