import Glibc
import Linux

extension TarEntry {
    /// An entry of nobody's, without a date, rights and content.
    package init(_ name: [UInt8], _ kind: Kind) {
        self.init(
            kind: kind,
            name: name,
            linkName: [],
            permissions: 0,
            owner: Owner(user: 0, group: 0),
            modified: Time(seconds: 0, nanoseconds: 0),
            device: Device(major: 0, minor: 0),
            attributes: [],
            size: 0
        )
    }

    /// What a file is like, but for its content. Its time is that of whole seconds, as other clients write it.
    init(_ name: [UInt8], _ kind: Kind, _ status: stat, attributes: [Attribute] = []) {
        self.init(name, kind)
        permissions = UInt32(status.st_mode & 0o7777)
        owner = Owner(user: status.st_uid, group: status.st_gid)
        modified.seconds = Int64(status.st_mtim.tv_sec)
        self.attributes = attributes
    }
}

/// fstat(2).
func fileStatus(_ number: Int32, _ subject: String) throws(SystemError) -> stat {
    var status = stat()
    try retrying("fstat", subject) { fstat(number, &status) }
    return status
}
