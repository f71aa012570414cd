import Archive
import OCISpec

extension ImageFormat {
    var indexType: MediaType { self == .oci ? .ociIndex : .dockerManifestList }
    var manifestType: MediaType { self == .oci ? .ociManifest : .dockerManifest }
    var configurationType: MediaType { self == .oci ? .ociConfiguration : .dockerConfiguration }

    func layerType(_ compression: MediaType.LayerCompression) -> MediaType {
        switch (self, compression) {
        case (.oci, .none): .ociLayer
        case (.oci, .gzip): .ociLayerGzip
        case (.oci, .zstd): .ociLayerZstd
        case (.v2s2, .none): .dockerLayer
        case (.v2s2, .gzip): .dockerLayerGzip
        case (.v2s2, .zstd): .dockerLayerZstd
        }
    }

    /// The family that a type belongs to.
    init(of type: MediaType) { self = type.rawValue.hasPrefix("application/vnd.docker.") ? .v2s2 : .oci }
}

extension MediaType.LayerCompression {
    var form: LayerCompressor.Form {
        switch self {
        case .none: .none
        case .gzip: .gzip
        case .zstd: .zstd
        }
    }
}

extension LayerCompressor.Form {
    var compression: MediaType.LayerCompression {
        switch self {
        case .none: .none
        case .gzip: .gzip
        case .zstd: .zstd
        }
    }
}
