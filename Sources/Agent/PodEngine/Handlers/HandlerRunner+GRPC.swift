import HTTPClient
import PodSpec

extension HandlerRunner {
    /// Asks gRPC's health service (grpc.health.v1) how a service is.
    func check(_ call: GRPCAction, _ target: HandlerTarget, _ limit: HandlerLimit) async -> HandlerResult {
        let service = call.service ?? ""
        let host = target.address.utf8.contains(UInt8(ascii: ":")) ? "[\(target.address)]" : target.address
        do {
            var request = HTTPRequest(.post, try HTTPURL("http://\(host):\(call.port)/grpc.health.v1.Health/Check"))
            request.headers.append("Content-Type", "application/grpc")
            request.headers.append("TE", "trailers")
            request.headers.append("User-Agent", "swiftlet-probe/\(Self.version)")
            request.body = HealthCheck.request(service: service)
            request.timeout = limit.rest
            request.bodyLimit = Int64(Self.outputLimit)
            request.carriage.followsRedirects = false
            request.carriage.usesProxies = false
            request.carriage.speaksClearHTTP2 = true
            let (response, body) = try await client.collect(request)
            guard response.status == 200 else { return .failure("error: health rpc failed: HTTP status \(response.status)") }
            return judge(status: response.headers["grpc-status"], response.headers["grpc-message"], body, service)
        } catch let error as HTTPError where error.reason == .timedOut {
            return .failure("timeout: failed to connect service \"\(target.address):\(call.port)\"\(limit.text)")
        } catch {
            return .failure("error: health rpc failed: \(error)")
        }
    }

    private func judge(status: String?, _ message: String?, _ body: [UInt8], _ service: String) -> HandlerResult {
        switch status {
        case "0":
            guard let answer = HealthCheck.status(of: body) else { return .failure("error: health rpc failed: malformed answer") }
            return answer == .serving ? .success : .failure("service unhealthy (responded with \"\(answer.name)\")")
        // UNIMPLEMENTED
        case "12":
            return .failure(
                "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): \(message ?? "")"
            )
        // NOT_FOUND: how the protocol says that it knows no such service.
        case "5": return .failure("error: health rpc failed: unknown service \"\(service)\": \(message ?? "")")
        case let status?: return .failure("error: health rpc failed: gRPC status \(status): \(message ?? "")")
        case nil: return .failure("error: health rpc failed: the answer has no gRPC status")
        }
    }
}
