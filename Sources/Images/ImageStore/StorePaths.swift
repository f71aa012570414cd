import CLinux
import Glibc
import JSONCoding
import Linux
import OCISpec

/// Where things are in a store, and the making of an empty one.
struct StorePaths: Sendable {
    let images: String
    let layers: String

    var indexFile: String { "\(images)/index.json" }
    var layoutMarker: String { "\(images)/oci-layout" }
    var blobs: String { "\(images)/blobs" }
    /// What is ours beside the layout; readers of layouts do not look at it.
    var own: String { "\(images)/.swiftlet" }
    var journals: String { "\(own)/journal" }
    var ingest: String { "\(own)/ingest" }
    var lock: String { "\(own)/lock" }
    var work: String { "\(layers)/.work" }

    /// Makes what is missing.
    ///
    /// Layers have set-uid programs and device nodes: their folder is root's alone, and overlayfs reads them with the
    /// rights of who mounts.
    func prepare() throws {
        try FileSystem.makeDirectories("\(blobs)/sha256")
        try FileSystem.makeDirectories(layers)
        try retrying("chmod", layers) { chmod(layers, 0o700) }
        for directory in [own, journals, ingest, work] { try FileSystem.makeDirectories(directory, mode: 0o700) }
        if !FileSystem.exists(layoutMarker) {
            try FileSystem.writeAtomically(layoutMarker, try JSON.encode(ImageLayoutMarker()), durable: true)
        }
        if !FileSystem.exists(indexFile) {
            try FileSystem.writeAtomically(
                indexFile,
                try JSON.encode(ImageIndex(manifests: []), style: .pretty),
                durable: true
            )
        }
    }

    /// syncfs(2) of both file systems. Blocks the thread.
    func synchronize() throws(SystemError) {
        for path in [layers, images] {
            let folder = try Descriptor.open(path, O_RDONLY | O_DIRECTORY)
            let number = folder.rawValue
            try retrying("syncfs", path) { clinux_syncfs(number) }
        }
    }
}
