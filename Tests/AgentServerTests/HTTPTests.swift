import AgentAPI
import AgentServer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct HTTPTests {
    private let json = "Content-Type: application/json"
    private let ping = #"{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}"#
    private let status = "%{http_code}"

    @Test func curlCalls() async throws {
        try await TestServer.with { test async throws in
            let outcome = try await test.curl("-H", json, "-d", ping, "http://d/rpc")
            #expect(outcome.text == #"{"jsonrpc":"2.0","id":1,"result":{}}"# + "\n")
            let failure = try await test.curl(
                "-H",
                json,
                "-w",
                status,
                "-d",
                #"{"jsonrpc":"2.0","id":1,"method":"no"}"#,
                "http://d/rpc"
            )
            #expect(failure.text.contains("-32601") && failure.text.hasSuffix("200"))
            let rubbish = try await test.curl("-H", json, "-w", status, "-d", "{", "http://d/rpc")
            #expect(rubbish.text.contains("-32700") && rubbish.text.hasSuffix("400"))
            let notification = try await test.curl(
                "-H",
                json,
                "-w",
                status,
                "-d",
                #"{"jsonrpc":"2.0","method":"rpc.ping"}"#,
                "http://d/rpc"
            )
            #expect(notification.text == "204")
        }
    }

    @Test func aConnectionIsUsedAgain() async throws {
        try await TestServer.with { test async throws in
            let outcome = try await test.curl(
                "-w",
                " %{num_connects}\n",
                "http://d/livez",
                "http://d/readyz",
                "http://d/healthz"
            )
            #expect(outcome.text == "ok 1\nok 0\nok 0\n")
        }
    }

    @Test func healthPages() async throws {
        try await TestServer.with { test async throws in
            #expect(try await test.curl("http://d/livez").text == "ok")
            #expect(
                try await test.curl("http://d/readyz?verbose").text == "[+]ping ok\n[+]engine ok\nreadyz check passed\n"
            )
            test.node.state.withLock {
                $0.checks = [HealthReport.Check(name: "network", status: .failed, message: "no bridge")]
            }
            let ready = try await test.curl("-w", status, "http://d/readyz")
            #expect(ready.text == "[+]ping ok\n[-]network failed: no bridge\nreadyz check failed\n503")
            #expect(try await test.curl("-w", status, "http://d/livez").text == "ok200")
            #expect(try await test.curl("-w", status, "http://d/healthz").text.hasSuffix("503"))
        }
    }

    @Test func theDocumentIsServed() async throws {
        try await TestServer.with { test async throws in
            let outcome = try await test.curl("http://d/openrpc.json")
            #expect(outcome.text.hasPrefix("{\n  \"openrpc\": \"1.3.2\""))
            #expect(try await test.curl("-I", "-w", status, "http://d/openrpc.json").text.hasSuffix("200"))
        }
    }

    @Test func whatIsRefused() async throws {
        try await TestServer.with { test async throws in
            #expect(try await test.curl("-w", status, "-d", ping, "http://d/rpc").text.hasSuffix("415"))
            #expect(try await test.curl("-w", status, "http://d/rpc").text.hasSuffix("405"))
            #expect(try await test.curl("-w", status, "http://d/nowhere").text.hasSuffix("404"))
            #expect(
                try await test.curl("-w", status, "-H", "Origin: http://evil", "http://d/livez").text.hasSuffix("403")
            )
            #expect(try await test.exchange("GET /livez HTTP/1.1\r\n\r\n").hasPrefix("HTTP/1.1 400"))
            #expect(
                try await test.exchange("GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").hasPrefix("HTTP/1.1 400")
            )
            #expect(try await test.exchange("NONSENSE\r\n\r\n").hasPrefix("HTTP/1.1 400"))
            let smuggled =
                "POST /rpc HTTP/1.1\r\nHost: d\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            #expect(try await test.exchange(smuggled).hasPrefix("HTTP/1.1 400"))
            #expect(try await test.curl("http://d/livez").text == "ok")
        }
    }

    @Test func aBodyBeyondTheLimitIsRefused() async throws {
        try await TestServer.with(configure: { $0.limits.messageBytes = 100 }) { test async throws in
            let outcome = try await test.curl(
                "-w",
                status,
                "-H",
                json,
                "-d",
                String(repeating: " ", count: 101),
                "http://d/rpc"
            )
            #expect(outcome.text.hasSuffix("413"))
        }
    }

    @Test func aSubscriptionNeedsAConnectionThatStays() async throws {
        try await TestServer.with { test async throws in
            let watch = #"{"jsonrpc":"2.0","id":1,"method":"pod.watch"}"#
            let outcome = try await test.curl("-H", json, "-d", watch, "http://d/rpc")
            #expect(outcome.text.contains("NoNotifications"))
        }
    }

    @Test func socatCalls() async throws {
        try await TestServer.with { test async throws in
            let (path, ping) = (test.path, ping)
            let outcome = try await blocking {
                try Command(["socat", "-t60", "-", "UNIX-CONNECT:\(path)"], input: Array((ping + "\n").utf8)).run()
            }
            #expect(outcome.text == #"{"jsonrpc":"2.0","id":1,"result":{}}"# + "\n")
        }
    }
}
