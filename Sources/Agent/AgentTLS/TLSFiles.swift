import Glibc
import Linux
import NIOSSL

/// Where one end's certificate, its key and the authority of the other end lie.
public struct TLSFiles: Sendable, Hashable {
    /// A chain in PEM, the end's own certificate first.
    public var certificate: String
    /// In PEM, without a passphrase.
    public var key: String
    /// The certificates in PEM that vouch for the other end.
    public var authorities: String

    public init(certificate: String, key: String, authorities: String) {
        self.certificate = certificate
        self.key = key
        self.authorities = authorities
    }

    /// Bytes that a file may have.
    private static let sizeLimit = 1 << 20

    /// At least one.
    func certificateChain() throws(TLSFileError) -> [NIOSSLCertificate] {
        let chain = try Self.certificates(certificate)
        guard !chain.isEmpty else { throw TLSFileError(path: certificate, message: "holds no certificate") }
        return chain
    }

    func trustRoots() throws(TLSFileError) -> NIOSSLTrustRoots {
        let roots = try Self.certificates(authorities)
        guard !roots.isEmpty else { throw TLSFileError(path: authorities, message: "holds no certificate") }
        return .certificates(roots)
    }

    func privateKey() throws(TLSFileError) -> NIOSSLPrivateKeySource {
        let bytes = try Self.read(key) { status in
            guard status.userID == 0 || status.userID == geteuid() else {
                return "belongs to user \(status.userID): only root may own a private key"
            }
            guard status.permissions & 0o077 == 0 else {
                let mode = String(status.permissions & 0o777, radix: 8)
                return "others than its owner may use it (mode 0\(mode)): take that away by chmod go="
            }
            return nil
        }
        do {
            return .privateKey(try NIOSSLPrivateKey(bytes: bytes, format: .pem))
        } catch {
            // What the library says of it may quote the file.
            throw TLSFileError(path: key, message: "holds no private key in PEM that can be used")
        }
    }

    private static func certificates(_ path: String) throws(TLSFileError) -> [NIOSSLCertificate] {
        let bytes = try read(path) { status in
            guard status.userID == 0 || status.userID == geteuid() else {
                return "belongs to user \(status.userID): only root may own it"
            }
            return status.permissions & 0o022 == 0 ? nil : "others than its owner may write to it"
        }
        do { return try NIOSSLCertificate.fromPEMBytes(bytes) } catch {
            throw TLSFileError(path: path, message: "holds no certificates in PEM")
        }
    }

    /// The file's owner and mode are those of the descriptor that is read: nothing can be put in its place meanwhile.
    private static func read(_ path: String, distrust: (FileStatus) -> String?) throws(TLSFileError) -> [UInt8] {
        func refused(_ error: SystemError) -> TLSFileError {
            TLSFileError(path: path, message: error.errno == EFBIG ? "is too large" : error.message)
        }
        let file: Descriptor
        let status: FileStatus
        // Opening a FIFO would wait for its writer.
        do throws(SystemError) { file = try Descriptor.open(path, O_RDONLY | O_NONBLOCK) } catch { throw refused(error) }
        do throws(SystemError) { status = try file.status() } catch { throw refused(error) }
        guard status.kind == .regular else { throw TLSFileError(path: path, message: "is no regular file") }
        if let reason = distrust(status) { throw TLSFileError(path: path, message: reason) }
        do throws(SystemError) { return try file.readToEnd(limit: sizeLimit) } catch { throw refused(error) }
    }
}

/// Why a certificate, a key or an authority cannot be taken.
public struct TLSFileError: Error, Sendable, Hashable, CustomStringConvertible {
    public var path: String
    public var message: String

    public var description: String { "\(path): \(message)" }
}
