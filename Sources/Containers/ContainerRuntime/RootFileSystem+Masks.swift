import CLinux
import Glibc
import Linux

extension RootFileSystem {
    /// Hides paths: a file behind /dev/null, a folder behind an empty tmpfs. A path that is not there needs no hiding.
    func maskPaths(in root: borrowing ContainerRoot) throws(RuntimeError) {
        guard let paths = plan.spec.linux?.maskedPaths, !paths.isEmpty else { return }
        // Taken from the host before the root changes, and looked at: whatever an image has in the place of /dev/null
        // would be shown to the container instead.
        let null = try step("open /dev/null") { () throws(SystemError) in
            let null = try Descriptor.open("/dev/null", CLINUX_O_PATH | O_NOFOLLOW)
            guard Self.isNullDevice(null.rawValue) else {
                throw SystemError(call: "open", errno: ENXIO, subject: "/dev/null is not the null device")
            }
            return null
        }
        // One empty tmpfs serves all folders.
        var empty: Int32 = -1
        defer { if empty != -1 { close(empty) } }
        for path in paths {
            try step("mask \(path)") { () throws(SystemError) in
                guard let target = try root.existing(path) else { return }
                if try target.status().kind != .directory {
                    try DetachedMount.bind(null).attach(on: target, subject: path)
                } else if empty == -1 {
                    let made = try DetachedMount.make(
                        type: "tmpfs",
                        source: "tmpfs",
                        options: ["size=0k", "nr_inodes=1", "mode=755"],
                        attributes: [.readOnly, .noSetUID, .noDevices, .noExecution]
                    )
                    try made.attach(on: target, subject: path)
                    empty = try made.descriptor.duplicate().release()
                } else {
                    try DetachedMount.bind(number: empty).attach(on: target, subject: path)
                }
            }
        }
    }

    /// Makes paths read-only, each a mount of its own. A path that is not there is passed over.
    func makeReadOnly(in root: borrowing ContainerRoot) throws(RuntimeError) {
        for path in plan.spec.linux?.readonlyPaths ?? [] {
            try step("make \(path) read-only") { () throws(SystemError) in
                guard let target = try root.existing(path) else { return }
                let tree = try DetachedMount.bind(target, recursive: true)
                try Mount.setAttributes(of: tree.descriptor, set: .readOnly, recursive: true)
                try tree.attach(on: target, subject: path)
            }
        }
    }
}
