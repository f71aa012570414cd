import AgentAPI
import JSONCoding
import JSONRPC
import NIOHTTP1
import StatusPage

/// `/ui`: the files of the status page, and what it asks for. Everything is a GET that any role may make.
struct StatusServing: Sendable {
    let dispatcher: MethodRouter.Dispatcher
    let backend: any NodeBackend

    /// Lines of a log that the page shows.
    private static let logLines = 500

    /// Nil where the path is none of the page's.
    func answer(_ target: HTTPTarget, host: String?, _ connection: Connection) async -> HTTPServing.Answer? {
        guard target.path == "/ui" || target.path.hasPrefix("/ui/") else { return nil }
        guard StatusPage.isOwn(host: host) else {
            return .text(.forbidden, "the status page is for an address or localhost, not for the name \(host ?? "")")
        }
        do throws(Fault) {
            switch target.path {
            case "/ui/usage.json": return secured(.json(.ok, try await usage()))
            case "/ui/logs.json": return secured(.json(.ok, try await logs(target, connection)))
            default:
                guard let file = StatusPage.file(at: target.path) else { return nil }
                return secured(HTTPServing.Answer(status: .ok, contentType: file.contentType, body: file.body))
            }
        } catch {
            return .text(HTTPResponseStatus(statusCode: error.code.httpStatus), error.message)
        }
    }

    private func secured(_ answer: HTTPServing.Answer) -> HTTPServing.Answer {
        var answer = answer
        answer.headers += StatusPage.headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        return answer
    }

    /// The stream of `/ui/live`, where that is asked for by whom the page is for.
    func live(_ request: HTTPRequestHead) -> LiveServing? {
        guard request.method == .GET, HTTPTarget(request.uri).path == "/ui/live", StatusPage.isOwn(host: request.headers["Host"].first)
        else { return nil }
        return LiveServing(backend: backend)
    }

    private func usage() async throws(Fault) -> [UInt8] {
        var node: NodeStats?
        // Pods are shown without the machine where that does not tell.
        do throws(Fault) { node = try await backend.measureNode() } catch {}
        let stats = try await backend.measurePods(PodStatsRequest()).items
        let health = await backend.health()
        do { return try StatusDocument.usage(stats, node: node, health: health) } catch {
            throw Fault(.internalError, "the figures cannot be encoded: \(error)")
        }
    }

    /// By the method itself, with the caller's role.
    private func logs(_ target: HTTPTarget, _ connection: Connection) async throws(Fault) -> [UInt8] {
        var members = [JSONNode.Member(key: "tailLines", value: JSONNode(Int64(Self.logLines)))]
        for (name, key) in [("namespace", "namespace"), ("pod", "name"), ("container", "container")] {
            if let value = target.value(name) { members.append(.init(key: key, value: JSONNode(value))) }
        }
        let request = RPCRequest(id: .number(1), method: AgentMethods.podLogs.name, parameters: JSONNode(.object(members)))
        let reply = await dispatcher.respond(to: RPCCodec.encode(request), context: CallContext(connection: connection))
        guard let bytes = reply.bytes, let node = try? JSON.parse(bytes) else {
            throw Fault(.internalError, "the log has no answer")
        }
        if let error = node["error"], let code = error["code"]?.integerValue {
            throw Fault(RPCError(code: Int(code), message: error["message"]?.stringValue ?? "", data: error["data"]))
        }
        let lines = (node["result"]?["lines"]?.arrayValue ?? []).map { JSONNode($0["text"]?.stringValue ?? "(bytes that are no text)") }
        return JSON.serialize(["lines": JSONNode(.array(lines))])
    }
}
