import Linux
import TestSupport
import Testing

/// Command lines that conmon refuses, and its words, which callers and suites look for.
struct ConmonRulesTests {
    private static let runtime = ["-c", "container-of-mine", "-u", "u", "-r", "/bin/true"]

    struct Refusal: Sendable {
        var arguments: [String]
        var message: String

        init(_ arguments: [String], _ message: String) {
            self.arguments = arguments
            self.message = message
        }
    }

    /// Whole command lines.
    private static let incomplete: [Refusal] = [
        Refusal([], "Container ID not provided. Use --cid"),
        Refusal(["-c", "c1"], "Container UUID not provided. Use --cuuid"),
        Refusal(["-c", "c1", "-u", "u"], "Runtime path not provided. Use --runtime"),
        Refusal(["-c", "c1", "-u", "u", "-r", "/not/there"], "Runtime path /not/there is not valid"),
        Refusal(["-c", "container-of-mine", "-u", "u", "-r", "/bin/true"], "Log driver not provided. Use --log-path"),
        Refusal(["-c", "short", "-u", "u", "-r", "/bin/true", "-l", "journald:"], "Container ID must be longer than 12 characters"),
    ]

    /// What follows a container and a runtime.
    private static let wrong: [Refusal] = [
        Refusal(["-l", ""], "log-path must not be empty"),
        Refusal(["-l", ":"], "log-path must not be empty"),
        Refusal(["-l", "k8s-file"], "k8s-file requires a filename"),
        Refusal(["-l", "k8s-file:"], "k8s-file requires a filename"),
        Refusal(["-l", "smoke:/tmp/x"], "No such log driver smoke"),
        Refusal(["-l", "/not/there/log"], "Failed to open log file"),
        Refusal(["-l", "none", "--log-tag", "x"], "k8s-file doesn't support --log-tag"),
        Refusal(["-l", "none", "--log-label", "A=x"], "k8s-file doesn't support --log-label"),
        Refusal(["-l", "journald:", "--log-label", "A"], "Container labels must be in format LABEL=VALUE"),
        Refusal(["-l", "journald:", "--log-label", "=x"], "Container labels must be in format LABEL=VALUE"),
        Refusal(["-l", "journald:", "--log-label", "A=x=y"], "Container labels must be in format LABEL=VALUE"),
        Refusal(["-l", "journald:", "--log-label", "a%=x"], "must contain only uppercase letters, numbers and underscore"),
        Refusal(["-l", "none", "--log-max-files", "-1"], "log-max-files must be non-negative"),
        Refusal(["-l", "none", "--log-max-files", "2147483648"], "out of range"),
        Refusal(["-l", "none", "--log-rotate", "--log-max-files", "0"], "log-max-files must be at least 1"),
        Refusal(["-l", "none", "--log-level", "loud"], "No such log level"),
        Refusal(["-l", "none", "-e"], "Exec process spec path not provided. Use --exec-process-spec"),
        Refusal(["-l", "none", "-e", "--restore", "/x"], "Cannot use 'exec' and 'restore' at the same time"),
        Refusal(["-l", "none", "--exec-attach"], "Attach can only be specified for a non-legacy exec session"),
        Refusal(
            ["-l", "none", "--api-version", "1", "--exec-attach", "--exec-process-spec", "/x"],
            "--attach specified but _OCI_ATTACHPIPE was not"
        ),
        Refusal(["-l", "passthrough:", "-t"], "no streams to pass through"),
        Refusal(["-l", "/tmp/x.log", "--log-allowlist-dir", "/usr"], "Failed to open log file"),
    ]

    static let refusals: [Refusal] = incomplete + wrong.map { Refusal(runtime + $0.arguments, $0.message) }

    @Test(arguments: ConmonRulesTests.refusals)
    func `what conmon refuses is refused in its words`(_ refusal: Refusal) throws {
        let outcome = try Command([TestBinaries.monitor] + refusal.arguments).run()
        #expect(outcome.status == .exited(1))
        #expect(outcome.errorText.contains(refusal.message), "\(outcome.errorText)")
    }

    @Test func `a flag without an effect is told, and nothing else`() throws {
        let folder = try TemporaryDirectory("rules")
        let arguments = ConmonRulesTests.runtime + [
            "-b", folder.path, "-l", "none", "--no-container-partial-message", "--conmon-pidfile", folder("pid"), "--sync",
        ]
        let outcome = try Command([TestBinaries.monitor] + arguments).run()
        #expect(outcome.errorText == """
            swiftlet-monitor: --no-container-partial-message has no effect without journald log driver

            """)
    }

    @Test func `a log in an allowed folder may be reached by a link`() throws {
        let folder = try TemporaryDirectory("rules")
        let allowed = try folder.makeDirectory("allowed")
        try FileSystem.makeSymbolicLink(at: folder("link"), to: allowed)
        let arguments = ConmonRulesTests.runtime + [
            "-b", folder.path, "-l", "k8s-file:\(folder("link"))/log", "--log-allowlist-dir", "/usr",
            "--log-allowlist-dir", allowed, "--sync",
        ]
        _ = try Command([TestBinaries.monitor] + arguments).run()
        #expect(FileSystem.exists("\(allowed)/log"))
    }

    @Test func `the pid file is there when the parent has ended`() throws {
        let folder = try TemporaryDirectory("rules")
        for _ in 0..<20 {
            let arguments = ConmonRulesTests.runtime + ["-b", folder.path, "-l", "none", "-P", folder("pid")]
            try Command([TestBinaries.monitor] + arguments).run().checked()
            #expect(Int32(try FileSystem.readText(folder("pid"))) ?? 0 > 1)
            try FileSystem.removeFile(folder("pid"))
        }
    }
}
