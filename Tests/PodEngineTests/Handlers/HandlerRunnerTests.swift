import Glibc
import Linux
import PodEngine
import PodSpec
import Synchronization
import TestSupport
import Testing

/// Actions against real sockets on loopback, with servers of every kind.
@Suite(.timeLimit(.minutes(3)))
struct HandlerRunnerTests {
    private let runner = HandlerRunner(containers: FakeMachine())
    private let target = HandlerTarget(
        containerID: "uid_web_0",
        address: "127.0.0.1",
        ports: [{ var port = ContainerPort(containerPort: 80); port.name = "web"; return port }()]
    )

    private func get(
        _ port: UInt16,
        _ path: String = "/",
        host: String? = nil,
        headers: [(String, String)] = [],
        for purpose: HandlerPurpose = .probe,
        within timeout: Duration = .seconds(60)
    ) async -> HandlerResult {
        var action = HTTPGetAction(port: .number(port))
        action.path = path
        action.host = host
        action.httpHeaders = headers.map { HTTPGetAction.Header(name: $0.0, value: $0.1) }
        return await runner.perform(.httpGet(action), on: target, for: purpose, within: timeout)
    }

    private func message(_ result: HandlerResult) -> String {
        switch result {
        case .success(let warning): warning ?? ""
        case .failure(let message), .unknown(let message): message
        }
    }

    @Test(arguments: [(200, true), (204, true), (304, true), (399, true), (400, false), (404, false), (500, false)])
    func `a status decides`(_ status: Int, _ passes: Bool) async throws {
        let server = try ScriptedServer { _ in .init(status) }
        let result = await get(server.port, "/healthz?x=1 2#part")
        if case .success = result { #expect(passes) } else { #expect(!passes) }
        if !passes { #expect(result == .failure("HTTP probe failed with statuscode: \(status)")) }
        let request = try #require(server.requests.first)
        #expect(request.path == "/healthz?x=1%202")
        #expect(request.headers["host"] == server.address)
        #expect(request.headers["user-agent"]?.hasPrefix("swiftlet-probe/") == true)
        #expect(request.headers["accept"] == "*/*")
        #expect(await get(server.port, for: .hook) == .success)
    }

    @Test func `headers are the manifest's`() async throws {
        let server = try ScriptedServer { _ in .init(200) }
        let headers = [("host", "example.org"), ("User-Agent", "mine"), ("X-A", "1"), ("X-A", "2"), ("Accept", "")]
        #expect(await get(server.port, headers: headers) == .success)
        let request = try #require(server.requests.first)
        #expect(request.headers["host"] == "example.org")
        #expect(request.headers["user-agent"] == "mine")
        #expect(request.headers["x-a"] == "2")
        #expect(request.headers["accept"] == nil)
        let result = await get(server.port, headers: [("X-A", "1\r\nX-B: 2")])
        #expect(message(result).hasSuffix("invalid header field value for \"X-A\""))
        #expect(server.requests.count == 1)
    }

    @Test func `redirects are followed on the host and nowhere else`() async throws {
        let other = try ScriptedServer { _ in .init(500) }
        let port = other.port
        let server = try ScriptedServer { request in
            switch request.path {
            case "/a/first": .init(302, ["Location": "second?x"])
            case "/a/second?x": .init(307, ["Location": "/third"])
            case "/third": .init(200)
            case "/loop": .init(301, ["Location": "/loop"])
            case "/away": .init(302, ["Location": "http://192.0.2.1/"], body: Array("moved".utf8))
            case "/port": .init(302, ["Location": "http://127.0.0.1:\(port)/"])
            default: .init(302, ["Location": "http://[bad"])
            }
        }
        #expect(await get(server.port, "/a/first") == .success)
        #expect(message(await get(server.port, "/loop")).hasSuffix("stopped after 10 redirects"))
        #expect(await get(server.port, "/away") == .success(warning: "Probe terminated redirects, Response body: moved"))
        #expect(await get(server.port, "/port") == .failure("HTTP probe failed with statuscode: 500"))
        #expect(message(await get(server.port, "/bad")).contains("failed to parse Location header"))
    }

    @Test func `servers that say nothing, nonsense, or too much`() async throws {
        let silent = try ScriptedServer { _ in .init(raw: [], neverEnds: true) }
        let begun = Monotonic.now
        #expect(message(await get(silent.port, within: .milliseconds(200))).contains("Connection timed out"))
        #expect(Monotonic.now.since(begun) < .seconds(5))
        let garbage = try ScriptedServer { _ in .init(raw: [Array("220 mail ESMTP\r\n".utf8)], neverEnds: true) }
        #expect(message(await get(garbage.port)).contains("malformed HTTP response"))
        let endless = try ScriptedServer { _ in
            .init(raw: [Array("HTTP/1.1 200 OK\r\n\r\n".utf8)] + Array(repeating: Array(repeating: 65, count: 1 << 16), count: 64))
        }
        #expect(await get(endless.port) == .success)
        let cut = try ScriptedServer { _ in .init(200, body: [1], announced: 100) }
        #expect(message(await get(cut.port)).contains("unexpected EOF"))
        let empty = try ScriptedServer { _ in .init(raw: []) }
        if case .failure = await get(empty.port) {} else { Issue.record("an empty answer passed") }
        #expect(message(await get(try closedPort())).contains("Connection refused"))
    }

    @Test func `names of hosts and ports`() async throws {
        let server = try ScriptedServer { _ in .init(200) }
        #expect(await get(server.port, host: "localhost") == .success)
        #expect(message(await get(server.port, host: "name.invalid", within: .seconds(60))).contains("lookup name.invalid"))
        var named = HTTPGetAction(port: .name("nope"))
        named.path = "/"
        let result = await runner.perform(.httpGet(named), on: target, for: .probe, within: .seconds(60))
        #expect(result == .unknown("the container has no port named \"nope\""))
        #expect(target.number(of: .name("web")) == 80)
    }

    @Test func `connections`() async throws {
        let server = try ScriptedServer { _ in .init(200) }
        let open = TCPSocketAction(port: .number(server.port))
        #expect(await runner.perform(.tcpSocket(open), on: target, for: .probe, within: .seconds(60)) == .success)
        let closed = TCPSocketAction(port: .number(try closedPort()))
        let result = await runner.perform(.tcpSocket(closed), on: target, for: .probe, within: .seconds(60))
        #expect(message(result).hasPrefix("dial tcp connect(127.0.0.1:"))
        if case .failure = result {} else { Issue.record("\(result)") }
    }

    @Test(arguments: [
        ("0", [0, 0, 0, 0, 2, 8, 1], HandlerResult.success),
        ("0", [0, 0, 0, 0, 2, 8, 2], .failure("service unhealthy (responded with \"NOT_SERVING\")")),
        ("0", [1, 2, 3], .failure("error: health rpc failed: malformed answer")),
        ("5", [], .failure("error: health rpc failed: unknown service \"shop\": ")),
        (
            "12", [],
            .failure("error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ")
        ),
    ] as [(String, [UInt8], HandlerResult)])
    func `gRPC's health service`(_ status: String, _ message: [UInt8], _ expected: HandlerResult) async throws {
        // HTTP/2 by hand (RFC 9113): length, type, flags, stream. HPACK without its tables' new entries.
        func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
            [0, 0, UInt8(payload.count), type, flags, 0, 0, 0, stream] + payload
        }
        func field(_ name: String, _ value: String) -> [UInt8] {
            [0, UInt8(name.utf8.count)] + name.utf8 + [UInt8(value.utf8.count)] + value.utf8
        }
        let answer =
            frame(4, 0, 0, []) + frame(1, 4, 1, [0x88] + field("content-type", "application/grpc"))
            + (message.isEmpty ? [] : frame(0, 0, 1, message)) + frame(1, 5, 1, field("grpc-status", status))
        let server = try ScriptedServer { _ in .init(raw: [answer], neverEnds: true) }
        var call = GRPCAction(port: Int32(server.port))
        call.service = "shop"
        #expect(await runner.perform(.grpc(call), on: target, for: .probe, within: .seconds(60)) == expected)
        #expect(server.requests.first?.method == "PRI")
    }

    @Test func `a gRPC service that is none`() async throws {
        let server = try ScriptedServer { _ in .init(200) }
        var call = GRPCAction(port: Int32(server.port))
        call.service = "shop"
        let result = await runner.perform(.grpc(call), on: target, for: .probe, within: .seconds(2))
        if case .failure = result {} else { Issue.record("\(result)") }
        let refused = GRPCAction(port: Int32(try closedPort()))
        #expect(message(await runner.perform(.grpc(refused), on: target, for: .probe, within: .seconds(60))).contains("rpc failed"))
    }

    @Test func `sleeps end, at their limit at the latest`() async {
        #expect(await runner.perform(.sleep(.milliseconds(20)), on: target, for: .hook, within: nil) == .success)
        let result = await runner.perform(.sleep(.seconds(1000)), on: target, for: .hook, within: .milliseconds(20))
        if case .failure = result {} else { Issue.record("\(result)") }
    }

    /// A port on which nobody listens.
    private func closedPort() throws -> UInt16 {
        let server = try ScriptedServer { _ in .init(200) }
        return server.port
    }
}
