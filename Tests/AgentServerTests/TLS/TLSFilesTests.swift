import AgentTLS
import Glibc
import Linux
import TestCertificates
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3))) struct TLSFilesTests {
    private static func files(_ certificates: Certificates) throws -> TLSFiles {
        try certificates.issue("server", subject: "/CN=node", names: "DNS:localhost,DNS:*.node.example")
        return TLSFiles(
            certificate: certificates.path("server.pem"),
            key: certificates.path("server-key.pem"),
            authorities: certificates.path("ca.pem")
        )
    }

    private static func refusal(_ files: TLSFiles) -> TLSFileError? {
        do throws(TLSFileError) { _ = try ServerTLS(files) } catch { return error }
        return nil
    }

    @Test func goodFilesAreTaken() throws {
        let certificates = try Certificates()
        let files = try Self.files(certificates)
        #expect(try ServerTLS(files).hosts == ["localhost", "*.node.example"])
        // Its folder goes with it.
        withExtendedLifetime(certificates) {}
    }

    @Test(arguments: [mode_t(0o640), 0o604, 0o644, 0o620])
    func aKeyThatOthersMayUseIsRefusedWithItsPath(mode: mode_t) throws {
        let certificates = try Certificates()
        let files = try Self.files(certificates)
        guard chmod(files.key, mode) == 0 else { throw SystemError.last("chmod") }
        let refusal = Self.refusal(files)
        #expect(refusal?.path == files.key)
        #expect(refusal?.message.contains("0\(String(mode, radix: 8))") == true, "\(refusal as Any)")
        withExtendedLifetime(certificates) {}
    }

    @Test(.enabled(if: geteuid() == 0)) func aKeyOfSomebodyElseIsRefused() throws {
        let certificates = try Certificates()
        let files = try Self.files(certificates)
        guard chown(files.key, 65534, 65534) == 0 else { throw SystemError.last("chown") }
        #expect(Self.refusal(files)?.message.contains("65534") == true)
        withExtendedLifetime(certificates) {}
    }

    @Test func whatIsMissingOrWrongIsNamed() throws {
        let certificates = try Certificates()
        let good = try Self.files(certificates)
        var files = good
        files.certificate = certificates.path("none.pem")
        #expect(Self.refusal(files)?.path == files.certificate)
        files = good
        files.authorities = good.key
        #expect(Self.refusal(files)?.path == good.key)
        files = good
        files.key = certificates.path("ca-key.pem")
        // A key that is not the certificate's.
        #expect(Self.refusal(files)?.path == good.certificate)
        files.key = good.certificate
        guard chmod(good.certificate, 0o600) == 0 else { throw SystemError.last("chmod") }
        #expect(Self.refusal(files)?.message.contains("no private key") == true)
        files = good
        files.certificate = "/dev/null"
        #expect(Self.refusal(files)?.message == "is no regular file")
        withExtendedLifetime(certificates) {}
    }
}
