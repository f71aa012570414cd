import Glibc
import Linux
import PodEngine
import PodSpec
import TestSupport
import Testing

struct VolumeTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory("volumes") }

    private func check(_ path: String, _ type: Volume.HostPath.Kind) throws {
        try HostPathCheck(Volume.HostPath(path: path, type: type), volume: "v").perform()
    }

    @Test func `every type of hostPath is checked`() throws {
        let directory = try folder.makeDirectory("d")
        let file = try folder.write("f", "x")
        #expect(throws: Never.self) { try check(directory, .directory) }
        #expect(throws: Never.self) { try check(file, .file) }
        #expect(throws: Never.self) { try check("/dev/null", .charDevice) }
        #expect(throws: Never.self) { try check(folder("made"), .directoryOrCreate) }
        #expect(throws: Never.self) { try check(folder("made-file"), .fileOrCreate) }
        #expect(try FileSystem.status(folder("made")).kind == .directory)
        #expect(try FileSystem.status(folder("made-file")).kind == .regular)
        for (path, type) in [
            (file, Volume.HostPath.Kind.directory), (directory, .file), (file, .socket), (file, .charDevice),
            ("/dev/null", .blockDevice), (folder("none"), .directory), (folder("none"), .file),
            (file, .directoryOrCreate),
            (directory, .fileOrCreate), (folder("none/below"), .fileOrCreate),
        ] {
            #expect(throws: StepFailure.self) { try check(path, type) }
        }
        do {
            try check(folder("none"), .directory)
        } catch let failure as StepFailure {
            #expect(failure.reason == .failedMount)
            #expect(failure.message.contains("hostPath type check failed: \(folder("none")) does not exist"))
        }
    }

    @Test func `a folder of a pod's own is open to whoever its programs run as`() throws {
        var pod = Pod(metadata: ObjectMeta(name: "pod", uid: "uid"), spec: Pod.Spec(containers: []))
        pod.spec.volumes = [
            Volume(name: "disk", source: .emptyDir(Volume.EmptyDir())),
            Volume(name: "claim", source: .ephemeral(Volume.Ephemeral(volumeClaimTemplate: [:]))),
            Volume(name: "memory", source: .emptyDir(Volume.EmptyDir(medium: "Memory"))),
        ]
        let machine = FakeMachine()
        let directories = EngineConfiguration.Directories(
            manifests: folder("m"),
            state: folder("state"),
            run: folder("run"),
            logs: folder("logs"),
            seccompProfiles: folder("seccomp")
        )
        let paths = PodPaths(uid: "uid", key: PodKey(namespace: "default", name: "pod"), in: directories)
        let mounter = VolumeMounter(paths: paths, mounts: machine)
        try mounter.prepare(pod)
        try mounter.prepare(pod)
        #expect(try FileSystem.status(paths.volume("disk", inMemory: false)).permissions == 0o777)
        #expect(try FileSystem.status(paths.volume("claim", inMemory: false)).permissions == 0o777)
        #expect(machine.state.withLock { $0.mounts } == [paths.volume("memory", inMemory: true)])
        #expect(mounter.unmountAll().isEmpty)
        #expect(machine.state.withLock { $0.mounts.isEmpty })
        // Only root may give files away.
        guard geteuid() == 0 else { return }
        pod.spec.securityContext = PodSecurityContext()
        pod.spec.securityContext?.fsGroup = 1234
        try mounter.prepare(pod)
        let status = try FileSystem.status(paths.volume("disk", inMemory: false))
        #expect(status.groupID == 1234 && status.permissions == 0o2777)
    }

    @Test func `a sub path with variables`() throws {
        var container = Container(name: "c", image: "i")
        container.env = [EnvVar(name: "A", value: "a"), EnvVar(name: "UP", value: "x/../../y"), EnvVar(name: "ROOT", value: "/r")]
        let pod = Pod(metadata: ObjectMeta(name: "pod", uid: "uid"), spec: Pod.Spec(containers: [container]))
        let environment = ContainerEnvironment(container, of: pod, FieldSources(nodeName: "n", hostIPs: [], podIPs: []))
        func path(_ expression: String) throws -> String? {
            var mount = VolumeMount(name: "v", mountPath: "/v")
            mount.subPathExpr = expression
            return try SubPath.of(mount, environment)
        }
        #expect(try path("logs/$(A)") == "logs/a")
        #expect(try path("$$(A)") == "$(A)")
        for (expression, message) in [
            ("x/$(NONE)", "missing value for \"NONE\""),
            ("$(UP)", "unable to provision SubPath `x/../../y`: must not contain '..'"),
            ("$(ROOT)", "error SubPath `/r` must not be an absolute path"),
        ] {
            #expect(throws: StepFailure(.createContainerConfigError, message)) { try path(expression) }
        }
    }

    @Test func `fsGroup of all files, and of none where the root has it`() throws {
        guard geteuid() == 0 else { return }
        let volume = try folder.makeDirectory("owned")
        let outside = try folder.write("outside", "x")
        try FileSystem.makeDirectories("\(volume)/a/b")
        try FileSystem.write("\(volume)/a/b/file", [], mode: 0o600)
        try FileSystem.makeSymbolicLink(at: "\(volume)/a/link", to: outside)
        try VolumeOwnership(group: 1234).apply(to: volume)
        #expect(try FileSystem.status("\(volume)/a/b").groupID == 1234)
        #expect(try FileSystem.status("\(volume)/a/b").permissions & 0o2770 == 0o2770)
        #expect(try FileSystem.status("\(volume)/a/b/file").permissions == 0o660)
        #expect(try FileSystem.linkStatus("\(volume)/a/link").groupID == 1234)
        #expect(try FileSystem.status(outside).groupID != 1234)
        // The root has it: nothing is looked into.
        try FileSystem.write("\(volume)/a/new", [])
        #expect(chown("\(volume)/a/new", uid_t.max, 0) == 0)
        try VolumeOwnership(group: 1234, policy: .onRootMismatch).apply(to: volume)
        #expect(try FileSystem.status("\(volume)/a/new").groupID == 0)
        try VolumeOwnership(group: 1234).apply(to: volume)
        #expect(try FileSystem.status("\(volume)/a/new").groupID == 1234)
    }

    @Test func `a volume deeper than any path`() throws {
        guard geteuid() == 0 else { return }
        let volume = try folder.makeDirectory("deep")
        var current = try Descriptor.open(volume, O_RDONLY | O_DIRECTORY)
        let name = String(repeating: "d", count: 200)
        for _ in 0..<1500 {
            #expect(mkdirat(current.rawValue, name, 0o700) == 0)
            current = try Descriptor.open(at: current.rawValue, name, O_RDONLY | O_DIRECTORY)
        }
        try VolumeOwnership(group: 4321).apply(to: volume)
        #expect(try current.status().groupID == 4321)
    }

    @Test func `huge pages want a size that the pod asks for`() throws {
        func options(_ medium: String, _ resources: [String]) throws -> [String] {
            var container = Container(name: "c", image: "i")
            for name in resources { container.resources.limits[name] = Quantity("4Mi") }
            var pod = Pod(metadata: ObjectMeta(name: "pod", uid: "uid"), spec: Pod.Spec(containers: [container]))
            pod.spec.volumes = [Volume(name: "huge", source: .emptyDir(.init(medium: medium, sizeLimit: Quantity("4Mi"))))]
            let machine = FakeMachine()
            try VolumeMounter(paths: paths(), mounts: machine).prepare(pod)
            return machine.journal
        }
        let wanted = ["hugepages mode=0777,pagesize=2097152,size=4194304"]
        #expect(try options("HugePages-2Mi", ["hugepages-2Mi"]) == wanted)
        #expect(try options("HugePages", ["hugepages-2Mi", "memory"]) == wanted)
        #expect(throws: StepFailure.self) { try options("HugePages-1Gi", ["hugepages-2Mi"]) }
        #expect(throws: StepFailure.self) { try options("HugePages", []) }
        #expect(throws: StepFailure.self) { try options("HugePages", ["hugepages-2Mi", "hugepages-1Gi"]) }
    }

    private func paths() -> PodPaths {
        let directories = EngineConfiguration.Directories(
            manifests: folder("m"),
            state: folder("state"),
            run: folder("run"),
            logs: folder("logs"),
            seccompProfiles: folder("seccomp")
        )
        return PodPaths(uid: "uid", key: PodKey(namespace: "default", name: "pod"), in: directories)
    }

    @Test(.needsPrivateHost)
    func `a sub path leads nowhere but into its volume`() throws {
        let volume = try folder.makeDirectory("volume")
        let outside = try folder.makeDirectory("outside")
        try FileSystem.write("\(outside)/secret", Array("secret".utf8))
        try FileSystem.makeSymbolicLink(at: "\(volume)/absolute", to: outside)
        try FileSystem.makeSymbolicLink(at: "\(volume)/up", to: "../../../../../..\(outside)")
        try FileSystem.write("\(volume)/file", Array("inside".utf8))
        #expect(chmod(volume, 0o2777) == 0)
        let target = folder("subpaths")
        try inPrivateNetwork {
            let mounter = SubPathMounter(directory: target, mounts: HostMounts())
            // Links resolve inside of the volume, where they lead to nothing that is there.
            for name in ["absolute", "up", "absolute/secret"] {
                #expect(throws: SystemError.self) { try mounter.mount(name, of: volume, index: 0) }
            }
            #expect(throws: SystemError.self) { try mounter.mount("a/../../outside", of: volume, index: 0) }

            let made = try mounter.mount("new/deep", of: volume, index: 1)
            try FileSystem.write("\(made)/x", Array("1".utf8))
            #expect(FileSystem.exists("\(volume)/new/deep/x"))
            // Who may write to the volume may write there: a container that is not root's, above all.
            #expect(try FileSystem.status("\(volume)/new/deep").permissions == 0o2777)
            let file = try mounter.mount("file", of: volume, index: 2)
            #expect(try FileSystem.readText(file) == "inside")
            // Another attempt mounts anew; what the container made of the name since does not count for the mount.
            #expect(try mounter.mount("new/deep", of: volume, index: 1) == made)
            try FileSystem.rename("\(volume)/new", "\(volume)/old")
            try FileSystem.makeSymbolicLink(at: "\(volume)/new", to: outside)
            #expect(FileSystem.exists("\(made)/x"))
            let points = try HostMounts().mountPoints(below: [target]).map(\.path)
            #expect(points.count == 2)
            for point in points.reversed() { try HostMounts().unmount(point) }
            #expect(try HostMounts().mountPoints(below: [target]).isEmpty)
        }
        #expect(try FileSystem.list(outside) == ["secret"])
    }

    @Test(.needsPrivateHost)
    func `what the host has mounted below a sub path stays when the sub path goes`() throws {
        let volume = try folder.makeDirectory("shared")
        let inner = try folder.makeDirectory("shared/sub/inner")
        let target = folder("targets")
        try inPrivateNetwork {
            // As on a machine with systemd.
            try Mount.mount(volume, on: volume, flags: .bind)
            try Mount.mount(nil, on: volume, flags: .shared)
            try Mount.mount("tmpfs", on: inner, type: "tmpfs")
            _ = try SubPathMounter(directory: target, mounts: HostMounts()).mount("sub", of: volume, index: 0)
            let points = try HostMounts().mountPoints(below: [target]).map(\.path)
            #expect(points.count == 2)
            for point in points.reversed() { try HostMounts().unmount(point) }
            #expect(try HostMounts().mountPoints(below: [target]).isEmpty)
            #expect(try HostMounts().mountPoints(below: [volume]) == [HostMountPoint(inner)])
        }
    }

    @Test(.needsPrivateHost)
    func `what a container mounted below its volume goes alone`() throws {
        let directories = EngineConfiguration.Directories(
            manifests: folder("m"),
            state: folder("state"),
            run: folder("run"),
            logs: folder("logs"),
            seccompProfiles: folder("seccomp")
        )
        let paths = PodPaths(uid: "uid", key: PodKey(namespace: "default", name: "pod"), in: directories)
        let host = try folder.makeDirectory("host")
        let inner = try folder.makeDirectory("host/inner")
        let made = paths.volume("e", inMemory: false) + "/made"
        try FileSystem.makeDirectories(made)
        try inPrivateNetwork {
            // As on a machine with systemd, and as after `mount --rbind` in a privileged container.
            try Mount.mount(host, on: host, flags: .bind)
            try Mount.mount(nil, on: host, flags: .shared)
            try Mount.mount("tmpfs", on: inner, type: "tmpfs")
            try Mount.mount(host, on: made, flags: [.bind, .recursive])
            #expect(try HostMounts().mountPoints(below: [paths.state]).count == 2)
            #expect(VolumeMounter(paths: paths, mounts: HostMounts()).unmountAll().isEmpty)
            #expect(try HostMounts().mountPoints(below: [paths.state]).isEmpty)
            #expect(try HostMounts().mountPoints(below: [host]) == [HostMountPoint(inner)])
        }
    }
}
