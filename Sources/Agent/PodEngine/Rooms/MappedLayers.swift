import Glibc
import Linux

/// An overlay of layers whose owners are shown by the mappings of a user namespace. Overlayfs takes no mapping itself: each
/// layer is covered by a mapped mount of itself, in a mount namespace that exists for that alone.
struct MappedLayers: Sendable {
    let layers: [String]
    let userNamespace: String

    /// The overlay as a detached mount, by number of a descriptor that the caller then owns.
    ///
    /// - Parameter overlay: mounts the layers on `path`.
    func mount(on path: String, _ overlay: () throws(SystemError) -> Void) throws(SystemError) -> Int32 {
        // One that has left the agent's mounts must not come back to other work.
        try FreshThread.runBlocking(named: "layers") { () throws(SystemError) in try mountHere(path, overlay) }
    }

    private func mountHere(_ path: String, _ overlay: () throws(SystemError) -> Void) throws(SystemError) -> Int32 {
        let users = try Descriptor.open(userNamespace, O_RDONLY)
        try Namespace.unshare([.mount])
        try Mount.mount(nil, on: "/", flags: [.private, .recursive])
        for layer in layers { try Mount.coverMapped(layer, by: users.rawValue) }
        try overlay()
        return try DetachedMount.bind(path, recursive: false).release()
    }
}
