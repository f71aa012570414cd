import HTTPClient
import Linux
import PodSpec

extension HandlerRunner {
    /// More redirects than Go's client follows.
    private static let mostRedirects = 10

    /// An HTTP GET by the kubelet's rules: 200 to 399 is a success, redirects are followed as long as they stay on the host,
    /// certificates are not looked at, proxies are not used.
    func get(
        _ action: HTTPGetAction,
        _ target: HandlerTarget,
        _ purpose: HandlerPurpose,
        _ limit: HandlerLimit
    ) async -> HandlerResult {
        guard let port = target.number(of: action.port) else { return .unknownPort(action.port) }
        let first = HTTPGetRequest(action, host: target.host(action.host), port: port, purpose)
        var request = first
        do {
            var answer = try await exchange(request, limit)
            var redirects = 0
            while let location = answer.redirection {
                let url: HTTPURL
                // A server may write there what it likes; what is no address is no answer to a probe.
                do { url = try HTTPURL(request.url).resolving(location) } catch {
                    return .failure("Get \"\(request.url)\": failed to parse Location header \"\(location)\"")
                }
                guard url.host == first.host.lowercased() else {
                    return .success(
                        warning: "Probe terminated redirects, Response body: \(String(decoding: answer.body, as: UTF8.self))"
                    )
                }
                redirects += 1
                guard redirects < Self.mostRedirects else {
                    return .failure("Get \"\(first.url)\": stopped after \(Self.mostRedirects) redirects")
                }
                request = request.redirected(to: url)
                answer = try await exchange(request, limit)
            }
            return judge(answer, purpose)
        } catch {
            return .failure("Get \"\(request.url)\": \(error)")
        }
    }

    private func judge(_ answer: HTTPAnswer, _ purpose: HandlerPurpose) -> HandlerResult {
        if purpose == .hook { return .success }
        switch answer.status {
        case 200..<300: return .success
        // One that leads nowhere: 304, or without a location.
        case 300..<400:
            let body = String(decoding: answer.body, as: UTF8.self)
            return .success(warning: "Probe terminated redirects, Response body: \(body)")
        default: return .failure("HTTP probe failed with statuscode: \(answer.status)")
        }
    }

    private func exchange(_ request: HTTPGetRequest, _ limit: HandlerLimit) async throws -> HTTPAnswer {
        if request.isSecure { return try await exchangeSecurely(request, limit) }
        let bytes = try request.bytes()
        let address = try await names.address(of: request.host, port: request.port, until: limit.deadline)
        let connection = try await TCPConnection.connect(to: address, until: limit.deadline)
        try await connection.send(bytes, until: limit.deadline)
        // No server has answered by the time that send(2) returns.
        try await connection.waitForBytes(until: limit.deadline)
        var reader = HTTPAnswerReader(bodyLimit: Self.outputLimit)
        while true {
            let bytes = try await connection.receive(4096, until: limit.deadline)
            if let answer = try bytes.isEmpty ? reader.finish() : reader.read(bytes) { return answer }
        }
    }

    private func exchangeSecurely(_ request: HTTPGetRequest, _ limit: HandlerLimit) async throws -> HTTPAnswer {
        var wanted = HTTPRequest(.get, try HTTPURL(request.url), bodyLimit: .max)
        for header in try request.fields() { wanted.headers.append(header.name, header.value) }
        wanted.timeout = limit.rest
        wanted.carriage.followsRedirects = false
        wanted.carriage.usesProxies = false
        // The kubelet's rule for probes: the server is the container itself, whose certificate is for its clients.
        wanted.carriage.verifiesServer = false
        wanted.carriage.enoughBody = Int64(Self.outputLimit)
        let (response, body) = try await client.collect(wanted)
        return HTTPAnswer(
            status: response.status,
            location: response.headers["Location"],
            body: Array((response.isSuccess ? body : response.failureBody).prefix(Self.outputLimit))
        )
    }
}
