import Glibc
import Linux
import TestSupport

/// An authority with certificates for a server and for clients, made with the openssl command.
public struct Certificates: Sendable {
    public let folder: TemporaryDirectory

    public init() throws {
        folder = try TemporaryDirectory()
        try authority("ca")
    }

    public func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    /// `NAME.pem` and `NAME-key.pem`, signed by itself.
    public func authority(_ name: String) throws {
        try openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=\(name)", "-keyout", path("\(name)-key.pem"), "-out", path("\(name).pem")
        )
        try restrict(path("\(name)-key.pem"))
    }

    /// `NAME.pem` and `NAME-key.pem`, signed by an authority.
    public func issue(_ name: String, subject: String, names: String? = nil, by authority: String = "ca") throws {
        try openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", subject,
            "-keyout", path("\(name)-key.pem"), "-out", path("\(name).csr")
        )
        try FileSystem.write(
            path("\(name).ext"),
            Array((names.map { "subjectAltName=\($0)\n" } ?? "basicConstraints=CA:FALSE\n").utf8)
        )
        try openssl(
            "x509", "-req", "-in", path("\(name).csr"), "-CA", path("\(authority).pem"), "-CAkey",
            path("\(authority)-key.pem"), "-CAcreateserial", "-days", "2", "-extfile", path("\(name).ext"), "-out",
            path("\(name).pem")
        )
        try restrict(path("\(name)-key.pem"))
    }

    private func restrict(_ path: String) throws {
        guard chmod(path, 0o600) == 0 else { throw SystemError.last("chmod", path) }
    }

    private func openssl(_ arguments: String...) throws {
        try Command(["openssl"] + arguments).run().checked()
    }
}
