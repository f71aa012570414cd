import CLinux
import Glibc
import Linux
import OCISpec

/// Makes the container's file system tree, in the container's new mount namespace.
struct RootFileSystem {
    let plan: LaunchPlan
    let maps: IDMaps
    /// What has been taken from the host before.
    let sources: MountSources
    /// Takes what could not be done as asked and need not stop the container.
    let warn: (String) -> Void

    /// Cuts the namespace off from the host's, and puts the container's root in its place.
    func mountRoot() throws(RuntimeError) -> ContainerRoot {
        let propagation = try Self.propagation(plan.spec.linux?.rootfsPropagation)
        // Without this, everything that follows would appear on the host.
        try step("separate the mounts") { () throws(SystemError) in
            try Mount.mount(
                nil,
                on: "/",
                flags: propagation == .shared ? [.slave, .recursive] : [propagation, .recursive]
            )
        }
        if let taken = sources.root {
            // The user namespace's root may not be able to walk to the bundle. Nobody looks at what this covers.
            try step("mount the root") { () throws(SystemError) in
                let top = try Descriptor.open("/", CLINUX_O_PATH | O_DIRECTORY)
                try DetachedMount.attach(number: taken, on: top, subject: "/")
            }
            return ContainerRoot(descriptor: Descriptor(owning: taken))
        }
        if let overlay = plan.rootOverlay {
            try mountOverlay(overlay)
        } else {
            try step("mount the root") { () throws(SystemError) in
                let tree = try DetachedMount.bind(plan.rootPath, recursive: true)
                let target = try Descriptor.open(plan.rootPath, CLINUX_O_PATH | O_DIRECTORY)
                try tree.attach(on: target, subject: plan.rootPath)
            }
        }
        return try ContainerRoot(path: plan.rootPath)
    }

    /// The root for a container's process that is about to lose the rights to mount it, in a mount namespace of the caller's
    /// own.
    func takeRoot() throws(RuntimeError) -> Int32 {
        if let overlay = plan.rootOverlay {
            if try MountOptions(overlay).idMap != nil { try mapLayers(of: overlay) }
            try mountOverlay(overlay)
        }
        return try step("mount the root") { () throws(SystemError) in
            try DetachedMount.bind(plan.rootPath, recursive: plan.rootOverlay == nil).release()
        }
    }

    /// The extension that keeps overlay mounts off the host: the root's own mount, made here.
    private func mountOverlay(_ mount: RuntimeSpec.Mount) throws(RuntimeError) {
        let options = try MountOptions(mount)
        // In quotes: categories of a label are separated by commas, as options are.
        let label = mountLabel.map { ["context=\"\($0)\""] } ?? []
        let data = (options.data + label).joined(separator: ",")
        try step("mount the root") { () throws(SystemError) in
            // mount(2) takes a page at most.
            if data.utf8.count < 4096 {
                try Mount.mount("overlay", on: plan.rootPath, type: "overlay", options: data)
            } else {
                try mountManyLayers(options.data + (mountLabel.map { ["context=\($0)"] } ?? []))
            }
            let attributes = options.set
            if !attributes.isEmpty {
                let root = try Descriptor.open(plan.rootPath, CLINUX_O_PATH | O_DIRECTORY)
                try Mount.setAttributes(of: root, set: attributes.subtracting(.readOnly), clear: options.clear)
            }
        }
    }

    /// The SELinux label of the files in what is made for the container.
    var mountLabel: String? { plan.spec.linux?.mountLabel.flatMap { $0.isEmpty ? nil : $0 } }

    /// More layers than a page holds the names of: they are given one by one, which overlayfs takes since Linux 6.5, or
    /// before that by the numbers of open descriptors, which are short.
    private func mountManyLayers(_ options: [String]) throws(SystemError) {
        let prefix = "lowerdir="
        let layers = options.filter { $0.hasPrefix(prefix) }
            .flatMap { $0.dropFirst(prefix.count).split(separator: ":").map(String.init) }
        let others = options.filter { !$0.hasPrefix(prefix) }
        do throws(SystemError) {
            let overlay = try DetachedMount.make(
                type: "overlay",
                source: "overlay",
                options: others + layers.map { "lowerdir+=\($0)" }
            )
            let target = try Descriptor.open(plan.rootPath, CLINUX_O_PATH | O_DIRECTORY)
            try overlay.attach(on: target, subject: plan.rootPath)
        } catch {
            // What an older kernel says to an option that it does not know.
            guard error.errno == EINVAL else { throw error }
            var numbers: [Int32] = []
            defer { for number in numbers { close(number) } }
            for layer in layers {
                numbers.append(try Descriptor.open(layer, CLINUX_O_PATH | O_DIRECTORY).release())
            }
            let lower = numbers.map { "/proc/self/fd/\($0)" }.joined(separator: ":")
            let data = (others + [prefix + lower]).joined(separator: ",")
            try Mount.mount("overlay", on: plan.rootPath, type: "overlay", options: data)
        }
    }

    /// Makes what was furnished the root of the calling process, and the host's tree unreachable.
    func enter(_ root: consuming ContainerRoot) throws(RuntimeError) {
        if plan.isRootReadOnly {
            try step("make the root read-only") { () throws(SystemError) in
                try Mount.setAttributes(of: root.descriptor, set: .readOnly)
            }
        }
        let number = root.descriptor.rawValue
        let noPivot = plan.options.noPivot
        try step("change the root") { () throws(SystemError) in
            try retrying("fchdir", "root") { fchdir(number) }
            if noPivot {
                try Mount.mount(".", on: "/", flags: .move)
                try retrying("chroot", ".") { chroot(".") }
            } else {
                try Mount.pivotToWorkingDirectory()
            }
            try retrying("chdir", "/") { chdir("/") }
        }
        if let name = plan.spec.linux?.rootfsPropagation, !name.isEmpty {
            let propagation = try Self.propagation(name)
            if propagation == .shared || propagation == .unbindable {
                try step("set the root's propagation") { () throws(SystemError) in
                    try Mount.mount(nil, on: "/", flags: name.hasPrefix("r") ? [propagation, .recursive] : propagation)
                }
            }
        }
    }

    private static func propagation(_ name: String?) throws(RuntimeError) -> MountFlags {
        switch name {
        case nil, "", "slave", "rslave": .slave
        case "private", "rprivate": .private
        case "shared", "rshared": .shared
        case "unbindable", "runbindable": .unbindable
        case .some(let other):
            throw RuntimeError(.invalidConfiguration, "linux.rootfsPropagation \"\(other)\" is not known")
        }
    }
}
