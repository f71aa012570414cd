import DNS
import Glibc
import Linux
import TestSupport
import Testing

/// The program in a private network, asked by Debian's dig.
@Suite("Name server", .needsPrivateHost) struct NameServerTests {
    private struct Silent: Error {
        var log: String
    }

    /// A host with the program in it, and dnsmasq for the world outside.
    private struct World {
        let host: TestHost
        let folder: String
        let server: HostProcess

        init(_ files: [String: String], servers: String = "nameserver 127.0.0.1\n") async throws {
            host = try await TestHost("dns")
            folder = "\(host.folder)/networks"
            let resolvers = "\(host.folder)/resolv.conf"
            try FileSystem.makeDirectories(folder)
            try FileSystem.write(resolvers, Array(servers.utf8))
            for (name, text) in files { try FileSystem.write("\(folder)/\(name)", Array(text.utf8)) }
            let script = """
                for address in 10.89.0.1/24 10.89.0.2/24 10.90.0.1/24; do ip address add $address dev lo; done
                mount --bind \(resolvers) /etc/resolv.conf
                exec dnsmasq --conf-file=/dev/null --no-daemon --bind-interfaces --listen-address=127.0.0.1 --no-resolv \\
                    --no-hosts --address=/outside.test/198.51.100.7 --txt-record=big.test,$(printf '%0250d' 1),$(printf '%0250d' 2),$(printf '%0250d' 3)
                """
            let outside = try await host.start(Command("/bin/sh", "-ec", script), output: "\(host.folder)/outside.log")
            try outside.waitForOutput("started")
            server = try await host.start(
                Command(TestBinaries.nameServer, "--config", folder, "--port", "53", "--foreground", "--answer-failures", "run"),
                output: "\(host.folder)/server.log"
            )
            let deadline = Deadline(in: .seconds(20))
            // dig gives up at once where nobody listens yet.
            while try await !ask("@10.89.0.1", "nobody.dns.podman").contains("NXDOMAIN") {
                guard server.isRunning, !deadline.hasPassed else { throw Silent(log: server.logText) }
            }
        }

        /// What dig says, without its comments.
        @discardableResult
        func ask(_ arguments: String...) async throws -> String {
            try await host.run(Command(["dig", "-r"] + arguments)).text
        }

        func rewrite(_ name: String, _ text: String) throws {
            try FileSystem.write("\(folder)/\(name)", Array(text.utf8))
        }
    }

    private static let network = "10.89.0.1\nabc 10.89.0.2  web\n"

    @Test func inAndOutOverBothTransports() async throws {
        let world = try await World(["a": NameServerTests.network])
        for transport in ["+notcp", "+tcp"] {
            #expect(try await world.ask("+short", transport, "@10.89.0.1", "web") == "10.89.0.2\n")
            #expect(try await world.ask("+short", transport, "@10.89.0.1", "outside.test") == "198.51.100.7\n")
        }
        // Three questions on one connection.
        #expect(try await world.ask("+short", "+tcp", "+keepopen", "@10.89.0.1", "web", "outside.test", "web")
            == "10.89.0.2\n198.51.100.7\n10.89.0.2\n")
        // Too large for a client without EDNS: it is told so and comes again over TCP.
        #expect(try await world.ask("+noedns", "@10.89.0.1", "big.test", "TXT").contains("ANSWER: 1,"))
        try world.server.signal(SIGTERM)
        #expect(try world.server.wait() == .exited(0))
        #expect(!FileSystem.exists("\(world.folder)/aardvark.pid"))
    }

    @Test func aReloadBringsNamesAndAddressesAndLosesNothing() async throws {
        let world = try await World(["a": NameServerTests.network])
        // Half a file, and a signal just then: everything goes on as it was.
        try world.rewrite("a", "")
        try world.server.signal(SIGHUP)
        #expect(try await world.ask("+short", "@10.89.0.1", "web") == "10.89.0.2\n")
        // No second signal: it looks again by itself.
        try world.rewrite("b", "10.90.0.1\ndef 10.90.0.5  late\n")
        try world.rewrite("a", NameServerTests.network + "def 10.89.0.3  late\n")
        try world.server.signal(SIGHUP)
        #expect(try await world.ask("+short", "@10.89.0.1", "late") == "10.89.0.3\n")
        #expect(try await world.ask("+short", "+retry=20", "+time=1", "@10.90.0.1", "late") == "10.90.0.5\n")
        // The last network gone is the end.
        try FileSystem.removeFile("\(world.folder)/a")
        try FileSystem.removeFile("\(world.folder)/b")
        try world.server.signal(SIGHUP)
        #expect(try world.server.wait() == .exited(0))
    }

    @Test func aFolderThatCannotBeReadForOnceIsReadAgain() async throws {
        let world = try await World(["a": NameServerTests.network])
        func limitFiles(to number: Int) throws {
            let arguments = ["prlimit", "--pid", "\(world.server.pid)", "--nofile=\(number):"]
            try Command(arguments).run().checked()
        }
        // No file can be opened any more.
        try limitFiles(to: 3)
        try world.rewrite("a", NameServerTests.network + "def 10.89.0.3  late\n")
        try world.server.signal(SIGHUP)
        #expect(try await !world.ask("@10.89.0.1", "late").contains("10.89.0.3"))
        #expect(try await world.ask("+short", "@10.89.0.1", "web") == "10.89.0.2\n")
        try limitFiles(to: 1024)
        let deadline = Deadline(in: .seconds(20))
        while try await world.ask("+short", "@10.89.0.1", "late") != "10.89.0.3\n" {
            guard world.server.isRunning, !deadline.hasPassed else { throw Silent(log: world.server.logText) }
        }
    }

    @Test func aServerThatIsSilentOrAbsentIsPassedOver() async throws {
        // Nobody listens at the first; the second answers.
        let world = try await World(["a": NameServerTests.network], servers: "nameserver 127.0.0.9\nnameserver 127.0.0.1\n")
        #expect(try await world.ask("+short", "@10.89.0.1", "outside.test") == "198.51.100.7\n")
        #expect(try await world.ask("+short", "+tcp", "@10.89.0.1", "outside.test") == "198.51.100.7\n")
    }

    @Test func noServerAtAllIsSaidAndAsksNobodyInCircles() async throws {
        // Its own address as the host's server.
        let world = try await World(["a": NameServerTests.network], servers: "nameserver 10.89.0.1\n")
        #expect(try await world.ask("@10.89.0.1", "outside.test").contains("status: SERVFAIL"))
    }

    @Test func rubbishGetsAnErrorOrNothingAndLeavesNothing() async throws {
        let world = try await World(["a": NameServerTests.network])
        let pid = world.server.pid
        let before = try FileSystem.list("/proc/\(pid)/fd").count
        let rubbish = """
            import os, random, socket, struct
            random.seed(7)
            query = bytes.fromhex("123401000001000000000000") + b"\\x03web\\x00\\x00\\x01\\x00\\x01"
            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            for round in range(3000):
                message = bytearray(query if round % 2 else os.urandom(random.randrange(64)))
                for _ in range(random.randrange(4)):
                    if message: message[random.randrange(len(message))] = random.randrange(256)
                udp.sendto(bytes(message[:random.randrange(len(message) + 1)]), ("10.89.0.1", 53))
            # Connections that promise more than they send, that say nothing, that end in the middle.
            streams = []
            for payload in [b"\\x00\\x3c", b"", b"\\x00", b"\\x00\\x00", b"\\xff\\xff" + b"x" * 70000, struct.pack(">H", len(query)) + query] * 8:
                stream = socket.create_connection(("10.89.0.1", 53))
                try: stream.sendall(payload)
                except OSError: pass
                streams.append(stream)
            for stream in streams: stream.close()
            """
        try await world.host.run(Command("/usr/bin/python3", "-c", rubbish)).checked()
        #expect(try await world.ask("+short", "@10.89.0.1", "web") == "10.89.0.2\n")
        #expect(try await world.ask("+short", "+tcp", "@10.89.0.1", "web") == "10.89.0.2\n")
        #expect(world.server.isRunning)
        // Connections that ended in the middle are closed when their ends are read, all before the next answer over TCP;
        // questions that were sent outside may have five seconds.
        let deadline = Deadline(in: .seconds(20))
        while try FileSystem.list("/proc/\(pid)/fd").count > before, !deadline.hasPassed {
            try await world.ask("+short", "@10.89.0.1", "web")
        }
        #expect(try FileSystem.list("/proc/\(pid)/fd").count <= before)
    }

    @Test func anAddressThatIsTakenIsTheEndAndSaysWhich() async throws {
        let world = try await World(["a": NameServerTests.network])
        let second = "\(world.host.folder)/second"
        try FileSystem.makeDirectories(second)
        try FileSystem.write("\(second)/a", Array(NameServerTests.network.utf8))
        // Not in the foreground: the parent waits for the child, and ends as it does.
        let outcome = try await world.host.run(Command(TestBinaries.nameServer, "--config", second, "-p", "53", "run"))
        #expect(outcome.status == .exited(1))
        #expect(outcome.errorText.contains("failed to bind udp listener on 10.89.0.1:53"))
        #expect(!FileSystem.exists("\(second)/aardvark.pid"))
    }
}
