/// Certificates for the requests to one server.
public struct HTTPCertificates: Sendable, Hashable {
    /// Authorities to trust besides the system's: certificates in PEM, one after another.
    public var authorities: [UInt8] = []
    /// Paths of our own certificate and its key, in PEM, for servers that ask who we are.
    public var client: Client?

    /// A certificate and its key.
    public struct Client: Sendable, Hashable {
        public var certificate: String
        public var key: String

        public init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    public init() {}
}
