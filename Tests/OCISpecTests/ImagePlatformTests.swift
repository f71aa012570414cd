import OCISpec
import Testing

@Suite("Platforms of images")
struct ImagePlatformTests {
    @Test(
        "a machine runs its own architecture, and older variants of it",
        arguments: [
            (Platform(architecture: "amd64"), Platform(architecture: "amd64"), 0),
            (Platform(architecture: "amd64"), Platform(architecture: "x86_64"), 0),
            (Platform(architecture: "amd64"), Platform(architecture: "amd64", variant: "v3"), nil),
            (Platform(architecture: "amd64", variant: "v3"), Platform(architecture: "amd64"), 200),
            (Platform(architecture: "amd64"), Platform(architecture: "arm64"), nil),
            (Platform(architecture: "arm64"), Platform(architecture: "aarch64", variant: "v8"), 0),
            (Platform(architecture: "arm", variant: "v7"), Platform(architecture: "arm", variant: "6"), 100),
            (Platform(architecture: "arm", variant: "v6"), Platform(architecture: "armhf"), nil),
            (Platform(architecture: "amd64"), Platform(os: "windows", architecture: "amd64"), nil),
            (Platform(architecture: "amd64"), Platform(os: "unknown", architecture: "unknown"), nil),
        ] as [(Platform, Platform, Int?)]
    )
    func matching(machine: Platform, image: Platform, distance: Int?) {
        #expect(machine.distance(to: image) == distance)
    }

    @Test("the nearest manifest of an index is chosen")
    func selection() {
        func entry(_ platform: Platform?, _ seed: String) -> ContentDescriptor {
            ContentDescriptor(mediaType: .ociManifest, digest: .sha256(of: seed.utf8), size: 1, platform: platform)
        }
        let v1 = entry(Platform(architecture: "amd64"), "v1")
        let v2 = entry(Platform(architecture: "amd64", variant: "v2"), "v2")
        let arm = entry(Platform(architecture: "arm64"), "arm")
        let attestation = entry(Platform(os: "unknown", architecture: "unknown"), "attestation")
        let bare = entry(nil, "bare")
        let index = ImageIndex(manifests: [attestation, bare, arm, v1, v2])
        #expect(index.manifest(for: Platform(architecture: "amd64")) == v1)
        #expect(index.manifest(for: Platform(architecture: "amd64", variant: "v3")) == v2)
        #expect(index.manifest(for: Platform(architecture: "arm64")) == arm)
        #expect(index.manifest(for: Platform(architecture: "s390x")) == bare)
        #expect(ImageIndex(manifests: [attestation, arm]).manifest(for: Platform(architecture: "amd64")) == nil)
    }

    @Test("chain identifiers follow the specification's formula")
    func chains() {
        let first = Digest.sha256(of: "a".utf8)
        let second = Digest.sha256(of: "b".utf8)
        let files = ImageConfiguration.RootFileSystem(diffIDs: [first, second])
        #expect(files.chainIDs == [first, .sha256(of: "\(first) \(second)".utf8)])
    }

    @Test("media types of layers tell the compression")
    func compression() {
        #expect(MediaType.dockerLayerGzip.layerCompression == .gzip)
        #expect(MediaType.ociLayerZstd.layerCompression == .zstd)
        #expect(MediaType.ociLayer.layerCompression == MediaType.LayerCompression.none)
        #expect(MediaType.ociManifest.layerCompression == nil)
    }
}
