import AgentAPI
import AgentConfiguration
import AgentServer
import AgentTLS
import Logging

/// The TCP port of the RPC: TLS from the configured files, and roles by the names of certificates.
struct TCPService: Sendable {
    /// What of a configuration cannot stand together.
    struct Incomplete: Error, CustomStringConvertible {
        var description: String
    }

    let listening: TCPListening
    private let tls: ServerTLS

    /// Nil where nothing is to listen on TCP. Throws where certificates are not set or cannot be used: without them there
    /// is no TCP.
    init?(_ live: LiveSettings) throws {
        let settings = live.current
        guard let endpoint = settings.listen else { return nil }
        var missing: [String] = []
        func wanted(_ key: ConfigurationKey, _ path: String?) -> String {
            if path == nil { missing.append(key.name) }
            return path ?? ""
        }
        let files = TLSFiles(
            certificate: wanted(.tlsCertificate, settings.tlsCertificate),
            key: wanted(.tlsKey, settings.tlsKey),
            authorities: wanted(.tlsClientCA, settings.tlsClientCA)
        )
        guard missing.isEmpty else {
            throw Incomplete(
                description: "listen (\(settings[.listen].origin)) needs \(missing.joined(separator: ", ")): "
                    + "there is no TCP without certificates on both sides"
            )
        }
        let tls = try ServerTLS(files)
        self.tls = tls
        listening = TCPListening(
            host: endpoint.host,
            port: endpoint.port,
            secure: { channel, limit in
                tls.secure(channel, within: limit).map { names in names.map(\.description) }
            },
            identify: { names in Self.role(of: names, in: live.current.roles) },
            hosts: { tls.hosts }
        )
    }

    /// Takes certificates and key as the files are now, for connections to come.
    func reload(_ logger: Logger) {
        do throws(TLSFileError) { try tls.reload() } catch {
            logger.error("the certificates stay as they were: \(error)")
        }
    }

    /// The highest role that one of the names has, and that name.
    static func role(of names: [String], in table: [String: String]) -> (name: String, role: Role)? {
        let found = names.compactMap { name in
            table[name].flatMap(Role.init(rawValue:)).map { (name: name, role: $0) }
        }
        return found.first { $0.role == .admin } ?? found.first
    }
}
