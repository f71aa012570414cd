import CLinux
import Glibc
import JSONCoding
import Linux
import OCISpec
import TestSupport
import Testing

/// Fields of `config.json` that are seldom asked for: each is in force, or refused by name.
@Suite(.needsPrivateHost) struct FieldTests {
    private let fixture: ContainerFixture

    init() throws { fixture = try ContainerFixture() }

    private func lines(_ script: String, _ change: (inout RuntimeSpec) -> Void = { _ in }) throws -> [String] {
        let outcome = try fixture.run(script, change)
        #expect(outcome.succeeded, "\(outcome)")
        return outcome.text.split(separator: "\n").map(String.init)
    }

    private func expectRefusal(_ wanted: String, _ change: (inout RuntimeSpec) -> Void) throws {
        let outcome = try fixture.run("true", change)
        #expect(!outcome.succeeded && outcome.errorText.contains(wanted), "\(wanted): \(outcome)")
        #expect(try fixture.isGone())
    }

    // MARK: processes

    @Test func theMemoryPolicyIsInForce() throws {
        func policy(_ mode: String?, _ nodes: String?, _ flags: [String]? = nil) -> RuntimeSpec.Linux.MemoryPolicy {
            var policy = RuntimeSpec.Linux.MemoryPolicy()
            (policy.mode, policy.nodes, policy.flags) = (mode, nodes, flags)
            return policy
        }
        try #require(FileSystem.exists("/proc/self/numa_maps"))
        let maps = try lines("cat /proc/self/numa_maps") { $0.linux?.memoryPolicy = policy("MPOL_BIND", "0", ["MPOL_F_STATIC_NODES"]) }
        #expect(maps.dropFirst().first?.contains("bind=static:0") == true, "\(maps)")
        try expectRefusal("has no mode") { $0.linux?.memoryPolicy = policy(nil, nil) }
        try expectRefusal("MPOL_NOSUCH") { $0.linux?.memoryPolicy = policy("MPOL_NOSUCH", nil) }
        try expectRefusal("MPOL_F_NOSUCH") { $0.linux?.memoryPolicy = policy("MPOL_BIND", "0", ["MPOL_F_NOSUCH"]) }
        for nodes in ["x", "1-0", "99999", "0-", ","] {
            try expectRefusal("no list of nodes") { $0.linux?.memoryPolicy = policy("MPOL_BIND", nodes) }
        }
    }

    @Test func processorsOfAProcessThatIsAdded() throws {
        try fixture.start(fixture.spec("exec sleep 1000"))
        func exec(_ initial: String?, _ final: String?) throws -> Command.Outcome {
            var process = try #require(fixture.spec("grep Cpus_allowed_list /proc/self/status").process)
            var affinity = RuntimeSpec.Process.ExecCPUAffinity()
            (affinity.initial, affinity.final) = (initial, final)
            process.execCPUAffinity = affinity
            try FileSystem.write(fixture.directory("process.json"), try JSON.encode(process))
            return try fixture.runtime("exec", "--process", fixture.directory("process.json"), fixture.id)
        }
        #expect(try exec("0", "0").text == "Cpus_allowed_list:\t0\n")
        #expect(try exec("0", "abc").errorText.contains("execCPUAffinity.final"))
    }

    @Test func aDeadlineIsChecked() throws {
        func scheduler(_ runtime: UInt64?, _ deadline: UInt64?, _ period: UInt64?) -> RuntimeSpec.Process.Scheduler {
            var scheduler = RuntimeSpec.Process.Scheduler(policy: "SCHED_DEADLINE")
            (scheduler.runtime, scheduler.deadline, scheduler.period) = (runtime, deadline, period)
            return scheduler
        }
        try expectRefusal("requires `runtime`") { $0.process?.scheduler = scheduler(nil, 1, 1) }
        try expectRefusal("must be <= deadline") { $0.process?.scheduler = scheduler(3000, 2000, 4000) }
        try expectRefusal("must be <= period") { $0.process?.scheduler = scheduler(2000, 4000, 3000) }
        try expectRefusal("must be between") { $0.process?.scheduler = scheduler(10, 4000, 4000) }
        try expectRefusal("SCHED_NOSUCH") { $0.process?.scheduler = .init(policy: "SCHED_NOSUCH") }
        #expect(try lines("grep -c . /proc/self/sched 2>/dev/null; true") { spec in
            var batch = RuntimeSpec.Process.Scheduler(policy: "SCHED_BATCH")
            batch.nice = 5
            spec.process?.scheduler = batch
        }.count <= 1)
    }

    @Test func groupsOfTheCallerStayIfAsked() throws {
        var spec = fixture.spec("grep Groups /proc/self/status")
        spec.annotations = ["run.oci.keep_original_groups": "1"]
        spec.process?.user?.additionalGids = [77]
        try fixture.write(spec)
        let outcome = try Command([
            "/usr/bin/setpriv", "--groups", "5,6", TestBinaries.runtime, "--root", fixture.root, "run", "--bundle", fixture.bundle,
            fixture.id,
        ]).run()
        #expect(outcome.text.split(whereSeparator: \.isWhitespace).map(String.init) == ["Groups:", "5", "6", "77"], "\(outcome)")
    }

    @Test func theLoopbackInterfaceIsUp() throws {
        #expect(try lines("cat /sys/class/net/lo/flags") == ["0x9"])
    }

    @Test func aNameThatIsSaidTwiceMustBeTheSame() throws {
        try expectRefusal("domainname") { spec in
            spec.domainname = "a"
            spec.linux?.sysctl = ["kernel.domainname": "b"]
        }
        #expect(try lines("cat /proc/sys/kernel/domainname") { spec in
            spec.domainname = "a"
            spec.linux?.sysctl = ["kernel.domainname": "a"]
        } == ["a"])
    }

    // MARK: mounts

    @Test func aTemporaryFolderHasTheModeOfWhatItCovers() throws {
        let folder = try fixture.directory.makeDirectory("bundle/rootfs/covered")
        try #require(chmod(folder, 0o1712) == 0)
        #expect(try lines("stat -c %a /covered") { $0.mounts?.append(.init(destination: "/covered", type: "tmpfs")) } == ["1712"])
    }

    @Test func symlinksAreFollowedCopiedOrMounted() throws {
        let link = fixture.directory("link")
        try FileSystem.makeSymbolicLink(at: link, to: fixture.directory("file"))
        try FileSystem.write(fixture.directory("file"), Array("inside\n".utf8))
        try FileSystem.makeSymbolicLink(at: fixture.rootfs + "/target", to: "nowhere")
        func mount(_ options: String...) -> (inout RuntimeSpec) -> Void {
            { $0.mounts?.append(.init(destination: "/target", type: "bind", source: link, options: ["bind"] + options)) }
        }
        #expect(try lines("cat /target; cat /bin/../nowhere", mount()) == ["inside", "inside"])
        #expect(try lines("cat /target", mount("dest-nofollow")) == ["inside"])
        #expect(try lines("busybox readlink /target", mount("dest-nofollow", "src-nofollow")) == [fixture.directory("file")])
        #expect(try lines("busybox readlink /copy/of/it") {
            $0.mounts?.append(.init(destination: "/copy/of/it", type: "bind", source: link, options: ["copy-symlink"]))
        } == [fixture.directory("file")])
    }

    @Test func aMountThatIsThereIsChanged() throws {
        let found = try lines("touch /tmp/x 2>/dev/null || echo refused; grep ' /tmp ' /proc/self/mountinfo") { spec in
            spec.mounts?.append(.init(destination: "/tmp", type: "tmpfs"))
            spec.mounts?.append(.init(destination: "/tmp", type: "bind", source: "tmpfs", options: ["remount", "ro", "nosuid"]))
        }
        #expect(found.first == "refused" && found.last?.contains("ro,nosuid") == true, "\(found)")
    }

    @Test func recursiveAttributesHoldForAFileSystemToo() throws {
        #expect(try lines("touch /tmp/x 2>/dev/null || echo refused") {
            $0.mounts?.append(.init(destination: "/tmp", type: "tmpfs", options: ["rro"]))
        } == ["refused"])
    }

    @Test func aFirstMountOnTheRootIsTheRoot() throws {
        let other = fixture.directory("other")
        try Command("/bin/cp", "-a", fixture.rootfs, other).run().checked()
        try FileSystem.write(other + "/marker", Array("other\n".utf8))
        #expect(try lines("cat /marker; touch /x 2>/dev/null || echo refused") {
            $0.mounts?.insert(.init(destination: "/", type: "bind", source: other, options: ["bind", "ro"]), at: 0)
        } == ["other", "refused"])
    }

    // MARK: devices of the network

    @Test func aDeviceMovesWithItsAddress() async throws {
        let host = try await TestHost("netdevice")
        defer { host.close() }
        let script = "ip link add given type veth peer name other; ip link set other up; ip address add 10.9.8.7/24 dev given; ip link set given up"
        try await host.run("/bin/sh", "-c", script).checked()
        func run(_ name: String?) async throws -> Command.Outcome {
            var spec = fixture.spec("cat /sys/class/net/*/operstate >/dev/null; ls /sys/class/net; busybox ip -o -4 address; busybox ip route")
            spec.linux?.cgroupsPath = "/\(fixture.id)"
            spec.linux?.netDevices = ["given": .init(name: name)]
            try fixture.write(spec)
            return try await host.run(
                Command([TestBinaries.runtime, "--root", fixture.root, "run", "--bundle", fixture.bundle, fixture.id])
            )
        }
        let outcome = try await run("inside")
        #expect(outcome.text.hasPrefix("inside\nlo\n"), "\(outcome)")
        #expect(outcome.text.contains("10.9.8.7/24") && outcome.text.contains("10.9.8.0/24 dev inside"), "\(outcome)")
        // It went with its namespace.
        let again = try await run(nil)
        #expect(again.errorText.contains("move network device given") && again.errorText.contains("No such device"), "\(again)")
        try expectRefusal("no name of a device") { $0.linux?.netDevices = ["a/b": .init()] }
        try expectRefusal("network namespace") { spec in
            spec.linux?.namespaces?.removeAll { $0.type == .network }
            spec.linux?.netDevices = ["given": .init()]
        }
    }

    // MARK: hooks

    @Test func hooksWithoutAnEnvironmentHaveOurs() throws {
        let output = fixture.directory("hook")
        try FileSystem.write(output, [])
        let script = "echo $SWIFTLET_TEST_HOOK; echo error >&2"
        var spec = fixture.spec("true")
        spec.hooks = .init()
        spec.hooks?.createRuntime = [
            .init(path: "/bin/sh", args: ["sh", "-c", script]), .init(path: "/bin/sh", args: ["sh", "-c", script], env: []),
        ]
        spec.annotations = ["run.oci.hooks.stdout": output, "run.oci.hooks.stderr": output]
        try fixture.write(spec)
        var command = Command([TestBinaries.runtime, "--root", fixture.root, "run", "--bundle", fixture.bundle, fixture.id])
        command.environment = ["SWIFTLET_TEST_HOOK": "ours"]
        try command.run().checked()
        #expect(try FileSystem.readText(output) == "ours\nerror\n\nerror")
    }

    @Test func aHookThatTakesTooLongIsEnded() throws {
        try expectRefusal("timed out") { spec in
            spec.hooks = .init()
            spec.hooks?.prestart = [.init(path: "/bin/sleep", args: ["sleep", "1000"], timeout: 1)]
        }
    }

    @Test func aFailureAfterTheStartEndsTheContainer() throws {
        var spec = fixture.spec("exec sleep 1000")
        spec.hooks = .init()
        spec.hooks?.poststart = [.init(path: "/bin/false")]
        spec.hooks?.poststop = [.init(path: "/bin/sh", args: ["sh", "-c", "touch \(fixture.directory("stopped"))"])]
        try fixture.write(spec)
        try Command(
            "/bin/sh", "-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", TestBinaries.runtime, "--root", fixture.root,
            "create", "--bundle", fixture.bundle, fixture.id
        ).run().checked()
        #expect(try fixture.runtime("start", fixture.id).errorText.contains("poststart hook"))
        #expect(try fixture.isGone())
        #expect(FileSystem.exists(fixture.directory("stopped")))
    }

    @Test func aFailureAfterTheEndIsAWarning() throws {
        let outcome = try fixture.run("exit 3") { spec in
            spec.hooks = .init()
            spec.hooks?.poststop = [.init(path: "/bin/false")]
        }
        #expect(outcome.status == .exited(3))
        #expect(outcome.errorText.contains("warning: poststop hook failed"), "\(outcome)")
    }

    // MARK: resources

    @Test func whatTheMachineLacksIsNamed() throws {
        if FileSystem.exists("/sys/fs/resctrl/schemata") { return }
        try expectRefusal("resctrl") { $0.linux?.intelRdt = .init() }
        try expectRefusal("nosuch.max") { $0.linux?.resources?.unified = ["nosuch.max": "1"] }
        try expectRefusal("is not the name") { $0.linux?.resources?.unified = ["../x": "1"] }
    }

    @Test func handlersAndReadyFiltersAreRefused() throws {
        try expectRefusal("run.oci.handler") { $0.annotations = ["run.oci.handler": "wasm"] }
        try expectRefusal("run.oci.seccomp_bpf_data") { $0.annotations = ["run.oci.seccomp_bpf_data": "AAAA"] }
    }

    /// Without no_new_privs the filter holds for the runtime's own last steps, and profiles are in use that do not know these calls.
    @Test(arguments: [false, true]) func aFilterThatKnowsNoNewCalls(isCreated: Bool) throws {
        var spec = fixture.spec(["busybox", "echo", "ran"])
        spec.process?.noNewPrivileges = false
        let newer: Set = ["close_range", "faccessat2", "openat2", "clone3", "statx"]
        spec.linux?.seccomp?.defaultAction = .errno
        var rules = try #require(spec.linux?.seccomp?.syscalls)
        for index in rules.indices { rules[index].names.removeAll(where: newer.contains) }
        spec.linux?.seccomp?.syscalls = rules.filter { !$0.names.isEmpty }
        if isCreated {
            try fixture.write(spec)
            let script = "\"$@\" create --bundle \(fixture.bundle) \(fixture.id) && \"$@\" start \(fixture.id)"
            let outcome = try Command("/bin/sh", "-c", script, "sh", TestBinaries.runtime, "--root", fixture.root).run()
            #expect(outcome.text == "ran\n", "\(outcome)")
        } else {
            #expect(try fixture.run(spec).text == "ran\n")
        }
    }
}
