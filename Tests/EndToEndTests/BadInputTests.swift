import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// What hostile clients send to a real agent. It answers or closes, goes on living, does not grow and leaks no
    /// descriptor.
    @Suite struct BadInputTests {
        private static let ping = #"{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}"#
        private static let pong = #"{"jsonrpc":"2.0","id":1,"result":{}}"# + "\n"
        private static let nested = #"{"jsonrpc":"2.0","id":1,"method":"rpc.ping","params":"#

        /// Messages that are none, and what the answer must contain.
        private static let messages: [(bytes: [UInt8], answer: String)] = [
            (Array(#"{"jsonrpc":"2.0","id":1,"#.utf8), "-32700"),
            (Array((ping + "\n" + ping.replacing("\"id\":1", with: "\"id\":2")).utf8), #""id":2,"result":{}"#),
            (Array(repeating: UInt8(ascii: "["), count: 1 << 20), "nested deeper than 64"),
            (Array((nested + String(repeating: "{\"a\":", count: 100_000)).utf8), "nested deeper than 64"),
            (Array(#"{"jsonrpc":"2.0","id":NaN,"method":"rpc.ping"}"#.utf8), "-32700"),
            (Array(#"{"jsonrpc":"2.0","id":1,"method":"pod.list","params":{"namespace":Infinity}}"#.utf8), "-32700"),
            (Array(#"{"jsonrpc":"2.0","id":1e400,"method":"rpc.ping"}"#.utf8), "error"),
            (Array(#"{"jsonrpc":"2.0","id":1.5,"method":"rpc.ping"}"#.utf8), "-32600"),
            (Array(#"{"jsonrpc":"2.0","id":null,"method":"rpc.ping"}"#.utf8), "-32600"),
            (Array(#"{"jsonrpc":"2.0","id":1,"id":2,"method":"rpc.ping"}"#.utf8), "-32700"),
            (Array(#"{"jsonrpc":"2.0","id":1,"method":"pod.get","params":{"name":"\#u{1}"}}"#.utf8), "error"),
            (Array("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"".utf8) + [0xFF, 0xC0, 0x80] + Array("\"}".utf8), "-32700"),
            (Array(#"{"jsonrpc":"2.0","id":1,"method":"\ud800"}"#.utf8), "error"),
            (Array(#"{"jsonrpc":"2.0","id":1,"method":"pod.explode"}"#.utf8), "-32601"),
            (Array(#"{"jsonrpc":"1.0","id":1,"method":"rpc.ping"}"#.utf8), "-32600"),
            (Array(("[" + Array(repeating: ping, count: 10_000).joined(separator: ",") + "]").utf8), "-32600"),
            ([0, 0, 0, 0], "-32700"),
        ]

        /// Requests that are read differently by different servers, or by nobody; the second half of each must never be
        /// taken for a request.
        private static let requests: [String] = [
            "POST /rpc HTTP/1.1\r\nHost: d\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nHost: d\r\n\r\n",
            "POST /rpc HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nHost: d\r\n\r\n",
            "POST /rpc HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\nContent-Length: 41\r\n\r\nGET /livez HTTP/1.1\r\nHost: d\r\n\r\n",
            "POST /rpc HTTP/1.1\r\nHost: d\r\nContent-Length: +0\r\n\r\nGET /livez HTTP/1.1\r\nHost: d\r\n\r\n",
            "POST /rpc HTTP/1.1\r\nHost: d\r\nContent-Length: -1\r\n\r\nGET /livez HTTP/1.1\r\nHost: d\r\n\r\n",
            "POST /rpc HTTP/1.1\r\nHost: d\r\nContent-Length: 99999999999999999999\r\n\r\nGET /livez HTTP/1.1\r\nHost: d\r\n\r\n",
            "POST /rpc HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\nX: a\r\n folded\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nHost: d\r\n\r\n",
            "POST /rpc HTTP/1.1\r\nHost: d\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nHost: d\r\n\r\n",
            "POST /rpc HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nHost: d\r\n\r\n",
            "POST /rpc HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\nGET /livez HTTP/1.1\r\nHost: d\r\n\r\n",
            "POST /rpc HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n\r\nGET /livez HTTP/1.1\r\nHost: d\r\n\r\n",
        ]

        /// An agent without pods whose patience is short.
        private static func agent() async throws -> AgentFixture {
            let host = try await TestHost("hostile")
            let file = "\(host.folder)/c.yaml"
            let settings = """
                rpcMessageSize: 4Mi
                rpcFirstByteTimeout: 1s
                rpcMessageTimeout: 1s
                rpcStalledTimeout: 1s
                rpcIdleTimeout: 60s

                """
            try FileSystem.write(file, Array(settings.utf8))
            guard chmod(file, 0o644) == 0 else { throw SystemError.last("chmod", file) }
            let agent = try AgentFixture(host: host, folder: host.folder, options: ["--config", file])
            try await agent.start()
            return agent
        }

        /// Runs a test against such an agent, and looks at its descriptors before and after.
        private static func withAgent(_ body: (AgentFixture, HostileClient) async throws -> Void) async throws {
            let agent = try await agent()
            let client = HostileClient(agent: agent)
            // Whatever is opened at the first call of a kind is open now.
            for request in [
                ping + "\n", #"{"jsonrpc":"2.0","id":1,"method":"pod.list"}"# + "\n", "GET /livez HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n",
            ] {
                _ = try await client.exchange(Array(request.utf8))
            }
            let before = try agent.descriptors()
            try await body(agent, client)
            #expect(try await client.exchange(Array(ping.utf8)) == pong)
            // The agent closes its end when it has seen ours go: asked again until it has. What it opens now and then for a moment of
            // its own (a look at the machine's memory) must not be there at a last look of another time.
            let deadline = Deadline(in: .seconds(60))
            let after = try await agent.perform {
                while true {
                    let found = try agent.descriptors()
                    if found.count <= before.count || deadline.hasPassed { return found }
                    _ = poll(nil, 0, 5)
                }
            }
            #expect(after.count <= before.count, "\(after.filter { before[$0.key] != $0.value })")
            expect(try await agent.stop(), is: ExitStatus.exited(0))
        }

        @Test func messagesThatAreNoneAreAnswered() async throws {
            try await Self.withAgent { agent, client async throws in
                for (bytes, answer) in Self.messages {
                    let said = try await client.exchange(bytes)
                    #expect(said.contains(answer), "\(String(decoding: bytes.prefix(80), as: UTF8.self)): \(said.prefix(300))")
                }
            }
        }

        @Test func duplicateIDsInFlightAreRefused() async throws {
            try await Self.withAgent { agent, client async throws in
                let follow = #"{"jsonrpc":"2.0","id":7,"method":"pod.watch"}"# + "\n"
                let said = try await client.exchange(Array((follow + Self.ping + "\n").utf8), until: "subscription.event")
                #expect(said.contains(#""id":7,"result""#), "\(said)")
                // A batch runs side by side: of two calls with one id one is refused, or comes after the other.
                let both = try await client.exchange(Array(("[\(Self.ping),\(Self.ping)]").utf8))
                #expect(both.hasPrefix("[") && both.split(separator: "jsonrpc").count == 3, "\(both)")
            }
        }

        /// A long line: the connection ends at the limit, and the memory is what it was.
        @Test func aLineWithoutEndIsCutOffAtTheLimit() async throws {
            try await Self.withAgent { agent, client async throws in
                let before = try agent.anonymousMemory()
                for _ in 0..<5 {
                    let sent = try await client.flood(UInt8(ascii: "["), atMost: 1 << 30)
                    // What comes between the limit and the close is read and forgotten; how much that is the scheduler decides.
                    #expect(sent < 256 << 20, "\(sent)")
                }
                let grown = try agent.anonymousMemory() - before
                #expect(grown < 24 << 20, "grown by \(grown) bytes")
            }
        }

        @Test func smuggledRequestsAreNotServed() async throws {
            try await Self.withAgent { agent, client async throws in
                for request in Self.requests {
                    let said = try await client.exchange(Array(request.utf8))
                    #expect(!said.contains("\r\n\r\nok"), "\(request): \(said)")
                    #expect(said.isEmpty || said.hasPrefix("HTTP/1.1 4"), "\(request): \(said)")
                }
                // Chunk extensions are allowed and mean nothing.
                let extended = try await client.exchange(
                    Array(
                        ("POST /rpc HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
                            + "Connection: close\r\n\r\n\(String(Self.ping.utf8.count, radix: 16));a=b\r\n\(Self.ping)\r\n0\r\n\r\n").utf8
                    )
                )
                #expect(extended.hasSuffix(Self.pong) || extended.contains(Self.pong), "\(extended)")
            }
        }

        @Test func headsWithoutEndAreCutOff() async throws {
            try await Self.withAgent { agent, client async throws in
                let before = try agent.anonymousMemory()
                for beginning in [
                    "GET /livez HTTP/1.1\r\nHost: d\r\nX: ", "GET /", "GET /livez HTTP/1.1\r\nHost: d\r\n", "GET /livez HTTP/1.1\n",
                ] {
                    let piece = beginning.hasSuffix("\n") ? "X-a: b\r\n" : "aaaaaaaa"
                    // Refused at the limit; what comes after is read and forgotten, so that the refusal can be read.
                    let answer = try await client.flood(after: beginning, piece, bytes: 64 << 20)
                    #expect(answer.hasPrefix("HTTP/1.1 400"), "\(beginning): \(answer)")
                }
                let grown = try agent.anonymousMemory() - before
                #expect(grown < 24 << 20, "grown by \(grown) bytes")
            }
        }

        @Test func whoSaysNothingOrHalfIsClosed() async throws {
            try await Self.withAgent { agent, client async throws in
                for half in ["", " \r\n", "{\"jsonrpc\"", "G", "POST /rpc HTTP/1.1\r\nHost: d\r\nContent-Length: 9\r\n\r\n{"] {
                    #expect(try await client.waitUntilClosed(after: Array(half.utf8)), "\(half)")
                }
            }
        }

        /// A reader that never reads is cut off; others are served meanwhile and the agent does not grow.
        @Test func whoNeverReadsIsClosed() async throws {
            try await Self.withAgent { agent, client async throws in
                _ = try await client.exchange(Array((#"{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}"# + "\n").utf8))
                let before = try agent.anonymousMemory()
                let stuck = try await client.neverReading("rpc.discover")
                #expect(try await client.exchange(Array(Self.ping.utf8)) == Self.pong)
                let grown = try agent.anonymousMemory() - before
                #expect(grown < 64 << 20, "grown by \(grown) bytes")
                #expect(try await client.waitUntilHungUp(stuck))
                close(stuck)
            }
        }

        /// A subscriber that never reads stays, and costs nothing more however much happens.
        @Test func aSubscriberThatNeverReadsHurtsNobody() async throws {
            try await Self.withAgent { agent, client async throws in
                let stuck = try await client.send(Array((#"{"jsonrpc":"2.0","id":1,"method":"pod.watch"}"# + "\n").utf8))
                let before = try agent.anonymousMemory()
                for _ in 0..<200 { _ = try await client.exchange(Array(Self.ping.utf8)) }
                let grown = try agent.anonymousMemory() - before
                #expect(grown < 24 << 20, "grown by \(grown) bytes")
                close(stuck)
            }
        }

        /// As many as one user may have, and more: those that are too many are closed, and the rest is served.
        @Test func manyConnectionsAtOnce() async throws {
            try await Self.withAgent { agent, client async throws in
                let open = try await client.open(300)
                let hungUp = try await client.countClosed(open)
                #expect(hungUp >= 300 - 256)
                for socket in open { close(socket) }
            }
        }
    }
}
