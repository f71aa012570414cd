import Linux
import PodSpec

/// Mounts the files of an image where the pod's containers take them from.
struct ImageVolumeMounter {
    let paths: PodPaths
    let mounts: any PodMounting
    let ids: VolumeIDs

    /// Once for the pod; what is mounted stays as it is.
    func mount(_ image: PodImage, as volume: String) throws(StepFailure) {
        let path = paths.volume(volume, inMemory: true)
        // An overlay that nobody writes to wants two layers at least. No volume's name begins with a dot.
        let empty = [paths.volume(".empty-1", inMemory: true), paths.volume(".empty-2", inMemory: true)]
        let added = Array(empty.prefix(max(0, 2 - image.layerDirectories.count)))
        do throws(SystemError) {
            for folder in added + [path] { try FileSystem.makeDirectories(folder) }
            try mounts.mountLayers(
                added + image.layerDirectories,
                on: path,
                userNamespace: ids.range.map { _ in paths.pinned(.user) }
            )
        } catch {
            throw StepFailure(.createContainerError, "failed to mount image volume \"\(volume)\": \(error)")
        }
    }
}
