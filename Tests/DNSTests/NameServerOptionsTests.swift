import DNS
import Testing

@Suite struct NameServerOptionsTests {
    @Test func asNetavarkCallsIt() throws {
        let options = try NameServerOptions(["--config", "/run/x", "-p", "53", "run"])
        #expect(options.folder == "/run/x" && options.port == 53 && options.command == .run)
        #expect(options.searchDomain == "dns.podman" && !options.staysInForeground && !options.answersFailures)
        #expect(try NameServerOptions(["--version"]).command == .version)
    }

    @Test(arguments: [
        [], ["run"], ["--config"], ["--config=x", "--port", "0", "run"], ["--config=x", "run", "run"], ["--config=x", "--foreground=1", "run"],
        ["walk"],
    ]) func mistakes(arguments: [String]) {
        #expect(throws: NameServerOptions.UsageError.self) { try NameServerOptions(arguments) }
    }
}
