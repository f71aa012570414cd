import NIOSSL

/// A name that a certificate has, in the form in which a configuration writes it: `CN:ops`, `DNS:ops.example`,
/// `URI:spiffe://node/ops`, `EMAIL:ops@example`.
public struct CertificateName: Sendable, Hashable, CustomStringConvertible {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case commonName = "CN"
        case dns = "DNS"
        case uri = "URI"
        case email = "EMAIL"
    }

    public var kind: Kind
    public var value: String

    public init(_ kind: Kind, _ value: String) {
        self.kind = kind
        self.value = value
    }

    public var description: String { "\(kind.rawValue):\(value)" }

    /// The names of a certificate: the subject's common name first, then the alternative names in their order. A name with
    /// a control character or that is no UTF-8 is left out: it could pass for another one wherever it is shown.
    static func names(of certificate: NIOSSLCertificate) -> [CertificateName] {
        var names: [CertificateName] = []
        func add(_ kind: Kind, _ bytes: some Sequence<UInt8>) {
            let bytes = Array(bytes)
            guard !bytes.isEmpty, bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
                let text = String(validating: bytes, as: UTF8.self)
            else { return }
            names.append(CertificateName(kind, text))
        }
        if let der = try? certificate.toDERBytes(), let commonName = CertificateSubject.commonName(der) {
            // A certificate that cannot be written as DER could not have been verified: it has no name then.
            add(.commonName, commonName)
        }
        for name in certificate._subjectAlternativeNames() {
            switch name.nameType {
            case .dnsName: add(.dns, name.contents)
            case .uri: add(.uri, name.contents)
            case .email: add(.email, name.contents)
            default: break
            }
        }
        return names
    }
}
