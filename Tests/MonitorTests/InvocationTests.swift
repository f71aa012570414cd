import Monitor
import Testing

struct InvocationTests {
    private func options(_ arguments: [String]) throws -> MonitorOptions {
        guard case .monitor(let options) = try Invocation(arguments: arguments) else {
            throw UnexpectedInvocation()
        }
        return options
    }

    private struct UnexpectedInvocation: Error {}

    /// What podman 5.8 calls, as captured.
    @Test func podmansCommandLine() throws {
        let options = try options([
            "--api-version", "1", "-c", "abc", "-u", "abc", "-r", "/usr/sbin/runc", "-b", "/b/userdata", "-p",
            "/run/pidfile", "-n", "web", "--exit-dir", "/tmp/exits", "--persist-dir", "/tmp/persist/abc",
            "--full-attach", "-l", "k8s-file:/b/userdata/ctr.log", "--log-level", "warning", "--syslog",
            "--log-size-max", "1000000", "-i", "--runtime-arg", "--log-format=json", "--runtime-arg", "--log",
            "--runtime-arg=/run/oci-log", "--conmon-pidfile", "/run/conmon.pid", "--exit-command", "/usr/bin/podman",
            "--exit-command-arg", "--root", "--exit-command-arg", "/var/lib/x", "--exit-command-arg", "container",
        ])
        #expect(options.container.id == "abc")
        #expect(options.container.name == "web")
        #expect(options.container.bundle == "/b/userdata")
        #expect(options.runtime.path == "/usr/sbin/runc")
        #expect(options.runtime.arguments == ["--log-format=json", "--log", "/run/oci-log"])
        #expect(options.runtime.ownsLifecycle == false)
        #expect(options.places.pidFile == "/run/pidfile")
        #expect(options.places.monitorPidFile == "/run/conmon.pid")
        #expect(options.places.exitDirectory == "/tmp/exits")
        #expect(options.places.persistDirectory == "/tmp/persist/abc")
        #expect(options.logging.path == "/b/userdata/ctr.log")
        #expect(options.logging.rotation == LogRotation(sizeLimit: 1_000_000, keptFiles: 1))
        #expect(options.exitCommand.path == "/usr/bin/podman")
        #expect(options.exitCommand.arguments == ["--root", "/var/lib/x", "container"])
        #expect(options.input.isOpen && options.input.servesAttach)
        #expect(options.apiVersion == 1)
        #expect(options.staysInForeground == false)
    }

    @Test func shortFlagsMayBeJoinedToEachOtherAndToTheirValues() throws {
        let options = try options(["-sicabc", "-b/bundle", "--sync", "--start", "--lock-descriptor=4"])
        #expect(options.runtime.usesSystemdCgroup && options.input.isOpen)
        #expect(options.container.id == "abc")
        #expect(options.container.bundle == "/bundle")
        #expect(options.staysInForeground && options.runtime.ownsLifecycle)
        #expect(options.places.lockDescriptor == 4)
        #expect(options.logging.path == nil)
    }

    @Test(arguments: [
        ("none", nil), ("null:", nil), (":plain", "plain"), ("passthrough:", nil), ("off", nil),
        ("k8s-file:/a/b:c", "/a/b:c"), ("/plain/path", "/plain/path"),
        ("plain", "plain"),
    ])
    func logDestinations(_ text: String, _ path: String?) throws {
        #expect(try options(["-c", "a", "-b", "/b", "-l", text]).logging.path == path)
    }

    @Test func severalLogsAddUp() throws {
        let options = try options([
            "-c", "a", "-b", "/b", "-l", "k8s-file:/log", "-l", "journald:", "-l", "none", "--log-tag", "t",
            "--log-label", "POD_NAME=web", "--log-label=NOTE=a=b\nc",
        ])
        #expect(options.logging.path == "/log")
        #expect(options.logging.writesJournal)
        #expect(options.logging.tag == "t")
        #expect(options.logging.labels.map(\.name) == ["POD_NAME", "NOTE"])
        #expect(options.logging.labels.map(\.value) == ["web", "a=b\nc"])
    }

    @Test(arguments: ["POD_NAME", "pod=x", "_PID=1", "=x", "1A=x", "MESSAGE=x", "CONTAINER_ID=x", "A B=x"])
    func labelsThatTheJournalWouldNotTakeAreRefused(_ label: String) {
        let error = #expect(throws: UsageError.self) { try options(["-c", "a", "-b", "/b", "--log-label", label]) }
        #expect(error?.description.hasPrefix("--log-label \(label): ") == true)
    }

    @Test func versionAndHelpNeedNothingElse() throws {
        #expect(try Invocation(arguments: ["--version"]) == .version)
        #expect(try Invocation(arguments: ["-h"]) == .help)
    }

    @Test(arguments: [
        ["-b", "/b"], ["-c", "a", "--start"], ["-c", "../a", "-b", "/b"], ["-c", "..", "-b", "/b"], ["-c", "a b", "-b", "/b"],
        ["-c", "a", "-b", "/b", "--frobnicate"], ["-c", "a", "-b", "/b", "-x"], ["-c", "a", "-b", "/b", "word"],
        ["-c", "a", "-b"], ["-c", "a", "-b", "/b", "--sync=1"], ["-c", "a", "-b", "/b", "--log-size-max", "many"],
        ["-c", "a", "-b", "/b", "-l", "syslog:/x"], ["-c", "a", "-b", "/b", "-e", "--start"],
        ["-c", "a", "-b", "/b", "--exit-command-arg", "x"], ["-c", "a", "-b", "/b", "--watch", "1,2,3"],
    ])
    func whatCannotBeServedIsRefused(_ arguments: [String]) {
        #expect(throws: UsageError.self) { try Invocation(arguments: arguments) }
    }

    @Test func aHandoverArrivesAsItWasSent() throws {
        var descriptors = Handover.Descriptors()
        descriptors.output = 5
        descriptors.error = 6
        descriptors.attach = 7
        descriptors.notify = 8
        descriptors.sync = 9
        let handover = Handover(
            pid: 12,
            startTime: .max,
            startedAt: 1_795_435_200_000_000_001,
            descriptors: descriptors,
            oomScoreAdjustment: -3,
            oomCounter: nil
        )
        #expect(try options(["-c", "a", "-b", "/b", "--watch", handover.argument]).handover == handover)
    }
}
