import Glibc
import JSONCoding
import Linux
import OCISpec
import TestSupport
import Testing

/// The commands and flags by which podman, containerd and people drive an OCI runtime.
@Suite(.needsPrivateHost) struct CommandLineTests {
    private let fixture: ContainerFixture

    init() throws { fixture = try ContainerFixture() }

    private func startSleeping(_ change: (inout RuntimeSpec) -> Void = { _ in }) throws {
        var spec = fixture.spec("exec sleep 1000")
        change(&spec)
        try fixture.start(spec)
    }

    /// A file of the container's own group, by whichever version the machine has the controller on.
    private func limit(_ names: String...) throws -> String {
        for hierarchy in [""] + (try FileSystem.list("/sys/fs/cgroup")) {
            for name in names {
                let path = "/sys/fs/cgroup/\(hierarchy)/\(fixture.cgroupParent)/\(fixture.id)/\(name)"
                if FileSystem.exists(path) { return try FileSystem.readText(path) }
            }
        }
        return "no such file"
    }

    @Test func limitsAreChangedByFlags() throws {
        try startSleeping()
        try fixture.runtime("update", "--memory", "64m", "--pids-limit", "55", fixture.id).checked()
        #expect(try limit("memory.limit_in_bytes", "memory.max") == "\(64 << 20)")
        #expect(try limit("pids.max") == "55")
        // A quota that only fits a longer period, and the way back.
        for (period, quota) in [("200000", "150000"), ("50000", "25000")] {
            try fixture.runtime("update", fixture.id, "--cpu-period", period, "--cpu-quota", quota).checked()
            #expect(["\(quota)", "\(quota) \(period)"].contains(try limit("cpu.cfs_quota_us", "cpu.max")))
        }
    }

    @Test func limitsAreChangedByAFile() throws {
        try startSleeping()
        let text = Array(#"{"pids": {"limit": 77}, "memory": {"limit": 50331648}}"#.utf8)
        let command = [TestBinaries.runtime, "--root", fixture.root, "update", "--resources", "-", fixture.id]
        try Command(command, input: text).run().checked()
        #expect(try limit("pids.max") == "77")
        #expect(try limit("memory.limit_in_bytes", "memory.max") == "\(48 << 20)")
        let broken = try Command(command, input: Array(#"{"pids": 1}"#.utf8)).run()
        #expect(broken.errorText.contains("pids"), "\(broken)")
        #expect(try limit("pids.max") == "77")
    }

    @Test(arguments: [
        ["--memory", "much"], ["--pids-limit", "x"], ["--blkio-weight", "100000"], ["--l3-cache-schema", "L3:0=f"], ["--nosuch"],
    ]) func limitsThatAreNoneAreRefused(flags: [String]) throws {
        try startSleeping()
        let outcome = try Command([TestBinaries.runtime, "--root", fixture.root, "update"] + flags + [fixture.id]).run()
        #expect(outcome.status == .exited(1))
        #expect(outcome.errorText.contains(flags[0]), "\(outcome)")
    }

    @Test func statisticsAreThoseOfTheContainer() throws {
        try startSleeping { $0.linux?.resources?.pids = .init(limit: 33) }
        for command in [["events", "--stats"], ["stats"]] {
            let outcome = try Command([TestBinaries.runtime, "--root", fixture.root] + command + [fixture.id]).run().checked()
            let event = try JSON.parse(outcome.output)
            #expect(event["type"] == "stats")
            #expect(event["id"]?.stringValue == fixture.id)
            let data = try #require(event["data"])
            #expect(data["pids"]?["current"]?.integerValue == 1)
            #expect(data["pids"]?["limit"]?.integerValue == 33)
            #expect(data["memory"]?["usage"]?["usage"]?.integerValue ?? 0 > 0)
            #expect(data["cpu"]?["usage"]?["total"]?.integerValue ?? 0 > 0)
        }
    }

    @Test func anEndForLackOfMemoryIsAnEvent() throws {
        try startSleeping { $0.linux?.resources?.memory = { var m = RuntimeSpec.Linux.Resources.Memory(); m.limit = 16 << 20; return m }() }
        // It ends with the container, once it has said what happened.
        let script = """
            "$@" events --interval 1h $ID > $OUT & events=$!
            # It watches as soon as the group's file is open.
            until ls -l /proc/$events/fd 2>/dev/null | grep -qE 'oom_control|eventfd|inotify'; do :; done
            "$@" exec $ID sh -c 'tail -c 64m /dev/zero'
            "$@" kill $ID KILL; wait $events
            """
        let log = fixture.directory("events")
        var command = Command(["/bin/sh", "-c", script, "sh", TestBinaries.runtime, "--root", fixture.root])
        command.environment = ["ID": fixture.id, "OUT": log]
        _ = try command.run()
        let events = try FileSystem.readText(log).split(separator: "\n")
        #expect(!events.isEmpty)
        for event in events { #expect(try JSON.parse(Array(event.utf8))["type"] == "oom") }
    }

    @Test func processesAreListed() throws {
        try startSleeping()
        let pid = try #require(try fixture.state()["pid"]?.integerValue)
        #expect(try JSON.parse(try fixture.runtime("ps", "--format", "json", fixture.id).checked().output) == .init(.array([.init(pid)])))
        let table = try fixture.runtime("ps", fixture.id).checked().text.split(separator: "\n")
        #expect(table.count == 2 && table[0].contains("PID") && table[1].contains("sleep 1000"), "\(table)")
        let own = try fixture.runtime("ps", fixture.id, "-o", "pid,comm", "-A").checked().text.split(separator: "\n")
        #expect(own.count == 2 && own[1].hasSuffix("sleep"), "\(own)")
    }

    @Test func containersAreFoundByPattern() throws {
        try startSleeping()
        #expect(try fixture.runtime("kill", "--regex", "^nothing", "KILL").succeeded)
        #expect(try fixture.state()["status"] == "running")
        #expect(try fixture.runtime("delete", "--regex", "[", "--force").errorText.contains("no regular expression"))
        try fixture.runtime("delete", "--force", "--regex", "^c[0-9]+-").checked()
        #expect(try fixture.isGone())
    }

    @Test func containersAreListedAsJSON() throws {
        #expect(try fixture.runtime("list", "--format", "json").checked().text == "[]\n")
        try startSleeping()
        let entry = try #require(try JSON.parse(try fixture.runtime("list", "-f", "json").checked().output).arrayValue?.first)
        #expect(entry["id"]?.stringValue == fixture.id)
        #expect(entry["status"] == "running")
        #expect(entry["bundle"]?.stringValue == fixture.bundle)
    }

    @Test func anotherConfigurationThanTheBundles() throws {
        try fixture.write(fixture.spec("echo wrong"))
        try FileSystem.write(fixture.bundle + "/other.json", try JSON.encode(fixture.spec("echo right")))
        let outcome = try fixture.runtime("run", "--bundle", fixture.bundle, "--config", "other.json", fixture.id)
        #expect(outcome.text == "right\n", "\(outcome)")
        // Flags may stand behind the id.
        #expect(try fixture.runtime("run", fixture.id, "--bundle", fixture.bundle).text == "wrong\n")
    }

    @Test func aProcessLivesInAGroupBelow() throws {
        try startSleeping()
        let outcome = try fixture.runtime("exec", "--cgroup", "inner/most", fixture.id, "cat", "/proc/self/cgroup").checked()
        let paths = outcome.text.split(separator: "\n").map { $0.split(separator: ":").last ?? "" }
        #expect(paths.allSatisfy { $0.hasSuffix("/inner/most") }, "\(outcome)")
        let above = try fixture.runtime("exec", "--cgroup", "../above", fixture.id, "true")
        #expect(above.errorText.contains("../above"), "\(above)")
        try fixture.runtime("delete", "--force", fixture.id).checked()
        #expect(try fixture.isGone())
    }

    @Test func aPausedContainerTakesAProcessThatMayWait() throws {
        try startSleeping()
        try fixture.runtime("pause", fixture.id).checked()
        #expect(!(try fixture.runtime("exec", fixture.id, "true").succeeded))
        let script = "\"$@\" exec --ignore-paused --detach \(fixture.id) touch /done; \"$@\" resume \(fixture.id)"
        let background = "(\(script)) >/dev/null 2>&1 & sleep 0.2; \"$@\" resume \(fixture.id) || true; wait"
        _ = try Command(["/bin/sh", "-c", background, "sh", TestBinaries.runtime, "--root", fixture.root]).run()
        let deadline = Deadline(in: .seconds(20))
        while !FileSystem.exists(fixture.rootfs + "/done"), !deadline.hasPassed { sched_yield() }
        #expect(FileSystem.exists(fixture.rootfs + "/done"))
    }

    @Test func socketsOfActivationArePassedOn() throws {
        try fixture.write(fixture.spec("echo $LISTEN_FDS $LISTEN_PID; cat <&3"))
        let script = "exec 3<$FILE; LISTEN_FDS=1 exec \"$@\""
        let file = fixture.directory("given")
        try FileSystem.write(file, Array("passed\n".utf8))
        var command = Command([
            "/bin/sh", "-c", script, "sh", TestBinaries.runtime, "--root", fixture.root, "run", "--bundle", fixture.bundle,
            fixture.id,
        ])
        command.environment = ["FILE": file]
        #expect(try command.run().text == "1 1\npassed\n")
    }

    @Test func anExampleForAUserRuns() throws {
        try fixture.runtime("spec", "--rootless", "--bundle", fixture.bundle).checked()
        var spec = try JSON.decode(RuntimeSpec.self, from: try FileSystem.read(fixture.bundle + "/config.json"))
        #expect(spec.linux?.namespaces?.contains { $0.type == .user } == true)
        #expect(spec.linux?.namespaces?.contains { $0.type == .network } == false)
        spec.process?.args = ["sh", "-c", "id -u; cat /proc/self/uid_map"]
        spec.process?.terminal = false
        spec.process?.env = ["PATH=/bin"]
        spec.linux?.cgroupsPath = "/\(fixture.cgroupParent)/\(fixture.id)"
        let outcome = try fixture.run(spec)
        #expect(outcome.text.split(whereSeparator: \.isWhitespace).map(String.init) == ["0", "0", "0", "1"], "\(outcome)")
    }

    @Test(arguments: [["--help"], ["run", "--help"], ["exec", "-h"], ["--version"]]) func helpIsGiven(arguments: [String]) throws {
        let outcome = try Command([TestBinaries.runtime] + arguments).run()
        #expect(outcome.succeeded && outcome.text.contains("swiftlet-runtime"), "\(outcome)")
    }

    @Test func featuresTellTheTruth() throws {
        let features = try JSON.parse(try fixture.runtime("features").checked().output)
        let options = features["mountOptions"]?.arrayValue?.compactMap(\.stringValue) ?? []
        // Each of them is served: none is an error for a bind mount, nor handed to the file system.
        for option in options where !["remount", "idmap", "ridmap"].contains(option) {
            var spec = fixture.spec("true")
            spec.mounts?.append(.init(destination: "/m", type: "bind", source: fixture.directory("bundle"), options: ["bind", option]))
            try fixture.write(spec)
            let outcome = try fixture.runtime("run", "--bundle", fixture.bundle, fixture.id)
            #expect(outcome.succeeded, "\(option): \(outcome)")
        }
        #expect(features["linux"]?["seccomp"]?["actions"]?.arrayValue?.contains("SCMP_ACT_NOTIFY") == true)
        #expect(features["potentiallyUnsafeConfigAnnotations"]?.arrayValue?.contains("run.oci.") == true)
    }

    @Test func aCheckpointSaysWhatIsMissing() throws {
        try startSleeping()
        let outcome = try fixture.runtime("checkpoint", "--image-path", fixture.directory("images"), fixture.id)
        // With Debian's criu on a kernel of its time it works; otherwise the container goes on.
        if !outcome.succeeded {
            #expect(outcome.errorText.contains("criu"), "\(outcome)")
            #expect(try fixture.state()["status"] == "running")
        }
        #expect(try fixture.runtime("restore", "--lazy-pages", "true", "x").errorText.contains("--lazy-pages is not supported"))
    }

    @Test func theLogGoesToTheJournal() throws {
        let script = """
            mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal
            socat -u UNIX-RECV:/run/systemd/journal/socket "CREATE:$1" &
            until [ -S /run/systemd/journal/socket ]; do :; done
            "$2" --log journald:my-container state nosuch 2>/dev/null
            until grep -q nosuch "$1"; do :; done
            kill $!
            """
        let file = fixture.directory("entry")
        _ = try Command("/usr/bin/unshare", "--mount", "/bin/sh", "-c", script, "sh", file, TestBinaries.runtime).run()
        let entry = try FileSystem.readText(file)
        for part in ["PRIORITY\n\u{1}\0\0\0\0\0\0\u{0}3\n", "ID\n\u{c}\0\0\0\0\0\0\0my-container\n", "container does not exist: nosuch"] {
            #expect(entry.contains(part), "\(entry)")
        }
        let outcome = try fixture.runtime("--log", "nosuch:x", "state", "nosuch")
        #expect(outcome.status == .exited(1) && outcome.errorText.contains("is not file, journald or syslog"), "\(outcome)")
    }
}
