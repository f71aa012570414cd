import AgentAPI
import AgentTLS
import ArgumentParser
import Glibc
import Linux

/// What a connection over TCP needs.
struct TLSOptions: ParsableArguments {
    @Option(help: ArgumentHelp("For tcp://: the client's certificate; else SWIFTLET_TLS_CERT.", valueName: "file"))
    var tlsCert: String?

    @Option(help: ArgumentHelp("For tcp://: the certificate's key; else SWIFTLET_TLS_KEY.", valueName: "file"))
    var tlsKey: String?

    @Option(help: ArgumentHelp("For tcp://: who vouches for the agent; else SWIFTLET_TLS_CA.", valueName: "file"))
    var tlsCa: String?

    /// Connects, and checks that the agent's certificate is good and names this host.
    func dial(host: String, port: Int) throws(Fault) -> Descriptor {
        let files = TLSFiles(
            certificate: try path(tlsCert, "--tls-cert", "SWIFTLET_TLS_CERT"),
            key: try path(tlsKey, "--tls-key", "SWIFTLET_TLS_KEY"),
            authorities: try path(tlsCa, "--tls-ca", "SWIFTLET_TLS_CA")
        )
        do throws(TLSDialer.Failure) { return try TLSDialer(files).connect(host: host, port: port) } catch {
            let place = "tcp://\(host.contains(":") ? "[\(host)]" : host):\(port)"
            switch error {
            case .files(let problem): throw Fault(.invalid, "\(problem)", reason: "TLSFilesUnusable")
            case .unreachable(let message):
                throw Fault(.notReady, "no agent can be reached at \(place): \(message)", reason: "AgentUnreachable")
            case .refused(let message):
                throw Fault(.forbidden, "no connection to \(place): \(message)", reason: "TLSHandshakeFailed")
            case .timeout: throw Fault(.timeout, "the agent at \(place) did not answer in time")
            }
        }
    }

    private func path(_ flag: String?, _ name: String, _ variable: String) throws(Fault) -> String {
        if let flag { return flag }
        if let value = getenv(variable) { return String(cString: value) }
        throw Fault(
            .invalid,
            "a connection over TCP needs \(name), or \(variable)",
            reason: "TLSFilesMissing",
            hint: "--tls-cert, --tls-key and --tls-ca go together"
        )
    }
}
