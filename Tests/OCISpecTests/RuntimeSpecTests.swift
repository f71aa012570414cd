import JSONCoding
import OCISpec
import Testing

@Suite struct RuntimeSpecTests {
    private func decode(_ text: String) throws -> RuntimeSpec {
        try JSON.decode(RuntimeSpec.self, from: Array(text.utf8))
    }

    @Test func readsWhatIsThereAndNothingElse() throws {
        let spec = try decode(
            """
            {"ociVersion": "1.2.0", "root": {"path": "rootfs"}, "solaris": {}, "vm": {"unknown": 1},
             "process": {"cwd": "/", "args": ["a"], "user": {"uid": 1, "gid": 2, "additionalGids": [3]},
                         "rlimits": [{"type": "RLIMIT_CORE", "soft": 0, "hard": 18446744073709551615}]},
             "linux": {"namespaces": [{"type": "pid"}, {"type": "network", "path": "/run/x"}], "resources": null}}
            """)
        #expect(spec.process?.user?.additionalGids == [3])
        #expect(spec.process?.rlimits?.first?.hard == .max)
        #expect(spec.linux?.namespaces?.last?.path == "/run/x")
        #expect(spec.linux?.resources == nil)
    }

    @Test func absentFieldsStayAbsent() throws {
        var spec = RuntimeSpec()
        spec.root = .init(path: "/r")
        #expect(
            String(decoding: try JSON.encode(spec), as: UTF8.self)
                == "{\"ociVersion\":\"1.3.0\",\"root\":{\"path\":\"/r\"}}")
    }

    @Test func survivesARoundTrip() throws {
        var spec = RuntimeSpec()
        spec.process = .init(args: ["sh"])
        spec.mounts = ContainerDefaults.mounts
        spec.hooks = .init()
        spec.hooks?.poststop = [.init(path: "/bin/true", timeout: 3)]
        spec.annotations = ["a": "b"]
        var linux = RuntimeSpec.Linux()
        linux.seccomp = ContainerDefaults.seccomp(capabilities: ["CAP_SYS_ADMIN"], kernel: (6, 1))
        linux.timeOffsets = .init(monotonic: .init(secs: -5, nanosecs: 1))
        linux.resources = .init()
        linux.resources?.blockIO = .init()
        linux.resources?.blockIO?.throttleReadBpsDevice = [.init(major: 8, minor: 0, rate: 1 << 40)]
        spec.linux = linux
        #expect(try JSON.decode(RuntimeSpec.self, from: try JSON.encode(spec)) == spec)
    }

    @Test(arguments: [
        ("{\"ociVersion\":\"1.0.0\",\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_NOSUCH\"}}}", "defaultAction"),
        (
            "{\"ociVersion\":\"1.0.0\",\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\"X\"]}}}",
            "flags[0]"
        ),
        ("{\"ociVersion\":\"1.0.0\",\"linux\":{\"namespaces\":[{\"type\":\"nosuch\"}]}}", "namespaces[0].type"),
        ("{\"ociVersion\":\"1.0.0\",\"process\":{\"args\":[]}}", "process.cwd"),
        ("{\"ociVersion\":\"1.0.0\",\"process\":{\"cwd\":\"/\",\"user\":{\"uid\":-1}}}", "process.user.uid"),
    ])
    func anUnknownNameIsAnErrorWithItsPath(text: String, path: String) {
        do {
            _ = try decode(text)
            Issue.record("it must not decode")
        } catch {
            #expect("\(error)".contains(path), "\(error)")
        }
    }

    @Test func theDefaultFilterDependsOnCapabilities() {
        let plain = ContainerDefaults.seccomp(capabilities: [], kernel: (6, 1))
        let admin = ContainerDefaults.seccomp(capabilities: ["CAP_SYS_ADMIN"], kernel: (6, 1))
        func allows(_ profile: RuntimeSpec.Linux.Seccomp, _ name: String) -> Bool {
            profile.syscalls?.contains { $0.action == .allow && $0.names.contains(name) && $0.args == nil } == true
        }
        #expect(!allows(plain, "mount") && allows(admin, "mount"))
        #expect(!allows(plain, "clone") && allows(admin, "clone"))
        #expect(allows(plain, "ptrace"))
        #expect(!allows(ContainerDefaults.seccomp(capabilities: [], kernel: (4, 4)), "ptrace"))
        #expect(plain.defaultErrnoRet == 1)
    }
}
