import Glibc
import JSONCoding
import Linux
import OCISpec

/// The folders of layers that are mounted, whatever the images' names mean by now: those of containers by the bundles that
/// they were made from, as their overlays are in mount namespaces of their own, where the host does not see them; those of
/// volumes that are images by the host's mounts.
package struct MountedLayers {
    private static let bundleLimit = 16 << 20

    let run: String
    let mounts: any PodMounting

    /// The folder of what has containers, below the run directory: `pods`, or CRI's `sandboxes`.
    let kind: String

    /// - Parameter run: the engine's run directory.
    package init(run: String, mounts: any PodMounting, of kind: String = "pods") {
        self.run = run
        self.mounts = mounts
        self.kind = kind
    }

    /// Throws where a bundle is there and cannot be read: then it is not known what may go.
    package func folders() throws -> Set<String> {
        var folders = try mounts.mountedLayers(below: "\(run)/\(kind)")
        for bundle in try bundles() {
            let bytes: [UInt8]
            do throws(SystemError) { bytes = try FileSystem.read(bundle, limit: Self.bundleLimit) } catch {
                // Gone since the folder was listed, or not written yet.
                if error.errno == ENOENT { continue }
                throw error
            }
            let spec = try JSON.decode(RuntimeSpec.self, from: bytes)
            for mount in spec.mounts ?? [] {
                if let source = mount.source { folders.insert(source) }
                for option in mount.options ?? [] { folders.formUnion(Mount.overlayLayers(of: option).map(String.init)) }
            }
        }
        return folders
    }

    private func bundles() throws(SystemError) -> [String] {
        var bundles: [String] = []
        for pod in try entries("\(run)/\(kind)") {
            let containers = "\(run)/\(kind)/\(pod)/containers"
            for container in try entries(containers) { bundles.append("\(containers)/\(container)/bundle/config.json") }
        }
        return bundles
    }

    private func entries(_ folder: String) throws(SystemError) -> [String] {
        do throws(SystemError) { return try FileSystem.list(folder) } catch {
            if error.errno == ENOENT { return [] }
            throw error
        }
    }
}
