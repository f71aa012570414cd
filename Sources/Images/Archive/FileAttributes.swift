import CLinux
import Glibc
import Linux

/// Which extended attributes a layer may bring.
package enum FileAttributes {
    /// Whether an attribute is the layer's own business.
    ///
    /// `trusted.overlay.*` and `user.overlay.*` would steer overlayfs (redirects into other layers), `security.selinux`
    /// and the like belong to the host's policy.
    static func isAllowed(_ name: String) -> Bool {
        if name.hasPrefix("user.") { return !name.hasPrefix("user.overlay.") }
        return ["security.capability", "system.posix_acl_access", "system.posix_acl_default"].contains(name)
    }

    /// Sets the allowed ones on a file or folder.
    ///
    /// A file system that has no attributes of a kind is no error, except where a capability would be lost.
    package static func apply(_ attributes: [TarEntry.Attribute], to file: Int32, _ subject: String) throws(SystemError) {
        for attribute in attributes where isAllowed(attribute.name) {
            do throws(SystemError) {
                try retrying("fsetxattr", "\(subject) \(attribute.name)") {
                    attribute.value.withUnsafeBytes {
                        fsetxattr(file, attribute.name, $0.baseAddress, $0.count, 0)
                    }
                }
            } catch  where error.errno == ENOTSUP && attribute.name != "security.capability" {}
        }
    }
}
