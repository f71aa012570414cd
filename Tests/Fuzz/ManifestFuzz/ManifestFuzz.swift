import CFuzzer
import Glibc
import JSONCoding
import OCISpec
import Registry
import Signatures

/// libFuzzer against the documents of images and of their signatures: the first byte says which one an input is.
@main
enum ManifestFuzz {
    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { data, size in
                let bytes = UnsafeRawBufferPointer(start: data, count: size)
                guard let kind = bytes.first else { return 0 }
                ManifestFuzz.run(kind % 5, Array(bytes.dropFirst()))
                return 0
            }
        )
    }

    private static func run(_ kind: UInt8, _ bytes: [UInt8]) {
        do {
            switch kind {
            case 0: try manifest(bytes)
            case 1:
                let configuration = try JSON.decode(ImageConfiguration.self, from: bytes)
                precondition(configuration.rootfs.chainIDs.count == configuration.rootfs.diffIDs.count, "layers without a name")
            case 2:
                // What is no claim is none, without a word.
                guard let claim = SignatureClaim(bytes, .sigstore) else { return }
                let again = SignatureClaim(claim.payload(.sigstore, creator: "x", seconds: 1), .sigstore)
                precondition(again == claim, "a claim that reads as another")
            case 3:
                let terms = try SignaturePolicy(bytes).terms(transport: "docker", scopes: ["a.b"])
                precondition(!terms.requirements.isEmpty, "a policy that asks for nothing")
            default:
                var places = try SignaturePlaces.read("/nowhere", builtIn: "file:///x")
                try places.add(bytes)
            }
        } catch { precondition(!"\(error)".isEmpty, "refused without a word") }
    }

    /// What is understood reads the same when it has been written.
    private static func manifest(_ bytes: [UInt8]) throws {
        let fetched = try FetchedManifest(bytes, announcedAs: nil)
        switch fetched.document {
        case .image(let image):
            try image.validate()
            let again = try JSON.decode(ImageManifest.self, from: try JSON.encode(image))
            precondition(again == image, "a manifest that reads as another")
        case .index(let index):
            _ = index.manifest(for: .host)
            let again = try JSON.decode(ImageIndex.self, from: try JSON.encode(index))
            precondition(again == index, "an index that reads as another")
        }
    }
}
