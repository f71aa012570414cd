import Linux
import OCISpec

/// An overlay takes no mapping of ids itself, but its layers do (Linux 5.19).
extension RootFileSystem {
    /// Covers every layer of an overlay by an idmapped mount of itself, in the caller's mount namespace alone: the overlay
    /// finds those by the same names.
    ///
    /// The upper directory keeps the host's ids, as overlayfs makes files there as the host's root, who is nobody in the
    /// mapping. It has to belong to the container's root.
    func mapLayers(of overlay: RuntimeSpec.Mount) throws(RuntimeError) {
        for folder in (overlay.options ?? []).flatMap({ Mount.overlayLayers(of: $0) }).map(String.init) {
            let name = "map the ids of \(folder)"
            do throws(SystemError) { try Mount.coverMapped(folder, by: maps.container) } catch {
                if error.call == "mount_setattr" { throw MountSources.unmapped(name, error) }
                throw RuntimeError(.failed, "\(name): \(error)")
            }
        }
    }
}
