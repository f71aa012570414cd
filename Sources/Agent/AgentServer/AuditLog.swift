import AgentAPI
import JSONCoding
import JSONRPC
import Logging

/// A line in the log for each call that needs the admin role, done or refused: who, what, to what, with what outcome, in
/// what time.
///
/// Of the parameters only names are written, never values that might be secret: commands, environments, contents.
struct AuditLog: Sendable {
    private let log: Logger

    init(_ log: Logger) {
        // What was done to the machine is on record whatever else the log leaves out.
        var log = log
        log.logLevel = .notice
        self.log = log
    }

    /// The same handlers, watched where their method is one of those.
    func watching(_ handlers: [String: MethodRouter.Dispatcher.Handler]) -> [String: MethodRouter.Dispatcher.Handler] {
        var handlers = handlers
        for method in AgentMethods.all where method.role == .admin {
            guard let handler = handlers[method.name] else { continue }
            handlers[method.name] = { request, context in
                let begun = ContinuousClock.now
                let outcome = await handler(request, context)
                note(request, context.connection.peer, outcome, took: ContinuousClock.now - begun)
                return outcome
            }
        }
        return handlers
    }

    /// A connection that was not let in.
    func refused(certificate names: [String], address: String) {
        log.warning(
            "audit",
            metadata: [
                "peer": "certificate=\(Self.bounded(names.joined(separator: ","))) address=\(address)",
                "outcome": "forbidden",
                "reason": "no role for this certificate",
            ]
        )
    }

    private func note(_ request: RPCRequest, _ peer: Peer, _ outcome: RPCOutcome, took duration: Duration) {
        var metadata: Logger.Metadata = [
            "method": "\(request.method)",
            "peer": "\(peer)",
            "duration-ms": "\(duration / .milliseconds(1))",
        ]
        let subject = AuditSubject.names(in: request.parameters)
        if !subject.isEmpty { metadata["subject"] = "\(Self.bounded(subject.joined(separator: " ")))" }
        switch outcome.result {
        case .success:
            metadata["outcome"] = "ok"
            log.notice("audit", metadata: metadata)
        case .failure(let error):
            metadata["outcome"] = "\(Fault(error).code)"
            log.warning("audit", metadata: metadata)
        }
    }

    /// One line of bounded length, whatever a client has put in.
    private static func bounded(_ text: String) -> String {
        let plain = text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : Character($0) }
        return plain.count > 256 ? String(plain.prefix(256)) + "…" : String(plain)
    }
}
