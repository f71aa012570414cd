import Glibc
import HTTPClient
import Linux
import Synchronization
import TestSupport
import Testing

@Suite("The HTTP client", .timeLimit(.minutes(1)))
struct HTTPClientTests {
    private let client = HTTPClient()

    private func request(_ server: ScriptedServer, _ path: String = "/", limit: Int64 = 1 << 20) throws -> HTTPRequest {
        HTTPRequest(.get, try HTTPURL("http://\(server.address)\(path)"), bodyLimit: limit)
    }

    /// Expects an `HTTPError` for a reason.
    private func expect(
        _ reason: HTTPError.Reason,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ request: HTTPRequest
    ) async {
        do {
            _ = try await client.collect(request)
            Issue.record("nothing was thrown", sourceLocation: sourceLocation)
        } catch let error as HTTPError {
            #expect(error.reason == reason, "\(error)", sourceLocation: sourceLocation)
        } catch {
            Issue.record("\(error)", sourceLocation: sourceLocation)
        }
    }

    @Test("body, status and headers of a success")
    func success() async throws {
        let server = try ScriptedServer { _ in
            .init(200, ["X-A": "1", "Content-Type": "Text/Plain; x=y"], body: [1, 2, 3])
        }
        var request = try request(server, "/path?q")
        request.headers.append("X-Asked", "for")
        let (response, body) = try await client.collect(request)
        #expect(body == [1, 2, 3])
        #expect(response.status == 200)
        #expect(response.headers["x-a"] == "1")
        #expect(response.contentType == "text/plain")
        #expect(server.requests.first?.path == "/path?q")
        #expect(server.requests.first?.headers["x-asked"] == "for")
    }

    @Test("of a failure the beginning of the body is kept, and the sink sees nothing")
    func failure() async throws {
        let server = try ScriptedServer { _ in .init(404, body: Array(repeating: 65, count: 100_000)) }
        let (response, body) = try await client.collect(try request(server))
        #expect(response.status == 404)
        #expect(!response.isSuccess)
        #expect(body.isEmpty)
        #expect(response.failureBody.count == 16384)
    }

    @Test("a redirect is followed; what authorises stays with the host that it is for")
    func redirect() async throws {
        let other = try ScriptedServer { _ in .init(200, body: [7]) }
        let address = other.address
        let server = try ScriptedServer { request in
            switch request.path {
            case "/here": .init(307, ["Location": "/there"], body: Array("moved".utf8))
            case "/away": .init(307, ["Location": "http://\(address)/blob"])
            default: .init(200, body: [8])
            }
        }
        var here = try request(server, "/here")
        here.headers["Authorization"] = "Bearer secret"
        #expect(try await client.collect(here).body == [8])
        #expect(server.requests.last?.headers["authorization"] == "Bearer secret")
        var away = try request(server, "/away")
        away.headers["Authorization"] = "Bearer secret"
        let (response, body) = try await client.collect(away)
        #expect(body == [7])
        #expect(response.url.contains(address))
        #expect(other.requests.count == 1)
        #expect(other.requests.first?.headers["authorization"] == nil)
    }

    @Test("a redirect to something else than http, or without an end, is an error")
    func badRedirects() async throws {
        let server = try ScriptedServer { request in
            .init(302, ["Location": request.path == "/file" ? "file:///etc/passwd" : "/again"])
        }
        await expect(.forbiddenScheme, try request(server, "/file"))
        await expect(.tooManyRedirects, try request(server, "/loop"))
    }

    @Test("a connection that is refused, one that breaks off, and noise")
    func brokenConnections() async throws {
        await expect(
            .couldNotConnect(errno: ECONNREFUSED),
            HTTPRequest(.get, try HTTPURL("http://127.0.0.1:1/"), bodyLimit: 1)
        )
        let short = try ScriptedServer { _ in .init(200, body: [1, 2, 3], announced: 10) }
        await expect(.connectionLost, try request(short))
        let nothing = try ScriptedServer { _ in .init(raw: []) }
        await expect(.connectionLost, try request(nothing))
        let noise = try ScriptedServer { _ in .init(raw: [Array("SSH-2.0-OpenSSH\r\n".utf8)]) }
        await expect(.badResponse, try request(noise))
    }

    @Test("a body that is too long, announced or not")
    func limits() async throws {
        let announced = try ScriptedServer { _ in .init(200, body: Array(repeating: 0, count: 5000)) }
        await expect(.bodyTooLarge(limit: 4999), try request(announced, limit: 4999))
        let open = try ScriptedServer { _ in
            .init(raw: [Array("HTTP/1.1 200 OK\r\n\r\n".utf8), Array(repeating: 0, count: 5000)])
        }
        await expect(.bodyTooLarge(limit: 4999), try request(open, limit: 4999))
        #expect(try await client.collect(try request(open, limit: 5000)).body.count == 5000)
    }

    @Test("a server that never ends is given up: by the request's time, by its slowness, by cancelling")
    func endless() async throws {
        let server = try ScriptedServer { _ in .init(200, body: [1], announced: 10, neverEnds: true) }
        var timed = try request(server)
        timed.timeout = .milliseconds(200)
        await expect(.timedOut, timed)

        var configuration = HTTPClient.Configuration()
        configuration.lowSpeedTime = .seconds(1)
        let impatient = HTTPClient(configuration: configuration)
        let plain = try request(server)
        await #expect(throws: HTTPError.self) { _ = try await impatient.collect(plain) }

        let task = Task { try await client.collect(plain) }
        while server.requests.count < 3 { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
    }

    @Test("a sink that is full gets the same bytes again, and nothing is lost")
    func backPressure() async throws {
        let data = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let server = try ScriptedServer { _ in .init(200, body: data) }
        let sink = SlowSink()
        _ = try await client.send(try request(server, limit: 1 << 30), into: sink)
        #expect(sink.bytes == data)
        #expect(sink.refusals > 10)
    }

    @Test("what a sink throws is thrown on")
    func sinkError() async throws {
        struct Full: Error {}
        final class Refusing: HTTPBodySink {
            func begin(_ response: HTTPResponse, flow: HTTPFlow) {}
            func receive(_ bytes: UnsafeRawBufferPointer) throws -> HTTPSinkState { throw Full() }
        }
        let server = try ScriptedServer { _ in .init(200, body: [1]) }
        await #expect(throws: Full.self) { _ = try await client.send(try request(server), into: Refusing()) }
    }

    @Test("many at once")
    func many() async throws {
        let server = try ScriptedServer { request in .init(200, body: Array(request.path.utf8)) }
        let client = client
        let address = server.address
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<50 {
                group.addTask {
                    let url = try HTTPURL("http://\(address)/\(index)")
                    return try await client.collect(HTTPRequest(.get, url, bodyLimit: 100)).body
                        == Array("/\(index)".utf8)
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }

    @Test("HEAD has no body")
    func head() async throws {
        let server = try ScriptedServer { _ in .init(200, ["X-A": "1"], announced: 5) }
        var request = try request(server)
        request.method = .head
        let (response, body) = try await client.collect(request)
        #expect(response.headers["X-A"] == "1")
        #expect(body.isEmpty)
    }
}

/// Takes every other portion at the second try only.
private final class SlowSink: HTTPBodySink, @unchecked Sendable {
    // Used by the client's thread during the transfer, by the test afterwards.
    private(set) var bytes: [UInt8] = []
    private(set) var refusals = 0
    private var flow: HTTPFlow?
    private var refuse = true

    func begin(_ response: HTTPResponse, flow: HTTPFlow) { self.flow = flow }

    func receive(_ bytes: UnsafeRawBufferPointer) -> HTTPSinkState {
        if refuse {
            refuse = false
            refusals += 1
            let flow = flow
            startThread(named: "resume") { flow?.resume() }
            return .full
        }
        refuse = refusals < 50
        self.bytes.append(contentsOf: bytes)
        return .taken
    }
}
