import Glibc
import HTTPClient
import Linux

/// The folders of containers-certs.d(5): `HOST:PORT/{*.crt,*.cert,*.key}`.
enum HostCertificates {
    static let standardFolders = ["/etc/containers/certs.d", "/etc/docker/certs.d"]
    private static let sizeLimit = 1 << 20

    /// What the first folder with one of the host says. Throws where a certificate cannot be read or lacks its key.
    static func of(_ host: String, in folders: [String]) throws(RegistryError) -> HTTPCertificates {
        for folder in folders {
            let own = "\(folder)/\(host)"
            guard FileSystem.exists(own) else { continue }
            do throws(SystemError) { return try read(own) } catch {
                throw RegistryError(subject: host, reason: .badCertificates(error.description))
            }
        }
        return HTTPCertificates()
    }

    private static func read(_ folder: String) throws(SystemError) -> HTTPCertificates {
        var result = HTTPCertificates()
        for name in try FileSystem.list(folder).sorted() {
            let path = "\(folder)/\(name)"
            if name.hasSuffix(".crt") {
                result.authorities += try FileSystem.read(path, limit: sizeLimit) + [UInt8(ascii: "\n")]
            } else if name.hasSuffix(".cert") {
                let key = "\(path.dropLast(5)).key"
                guard FileSystem.exists(key) else { throw SystemError(call: "open", errno: ENOENT, subject: key) }
                if result.client == nil { result.client = HTTPCertificates.Client(certificate: path, key: key) }
            }
        }
        return result
    }
}
