import CRISpec
import JSONCoding
import Linux
import OCISpec
import PodEngine
import Sandboxes
import TestSupport
import Testing

/// The service's state machine, on rooms that do nothing.
@Suite struct SandboxServiceTests {
    private let folder: TemporaryDirectory
    private let rooms = FakeRooms()
    private let service: SandboxService

    init() throws {
        folder = try TemporaryDirectory()
        service = try rooms.service(in: folder.path)
    }

    private static func config(_ name: String = "web", _ change: (inout CRI.PodSandboxConfig) -> Void = { _ in }) -> CRI.RunPodSandboxRequest {
        var metadata = CRI.PodSandboxMetadata()
        (metadata.name, metadata.uid, metadata.namespace) = (name, "u", "default")
        var config = CRI.PodSandboxConfig()
        config.metadata = metadata
        var options = CRI.NamespaceOption()
        options.pid = .container
        config.linux = CRI.LinuxPodSandboxConfig()
        config.linux?.securityContext = CRI.LinuxSandboxSecurityContext()
        config.linux?.securityContext?.namespaceOptions = options
        change(&config)
        var request = CRI.RunPodSandboxRequest()
        request.config = config
        return request
    }

    private func sandbox(_ request: CRI.RunPodSandboxRequest = config()) async throws -> String {
        try await service.runPodSandbox(request).podSandboxId
    }

    private func container(in sandbox: String, _ change: (inout CRI.ContainerConfig) -> Void = { _ in }) async throws -> String {
        var config = CRI.ContainerConfig()
        config.metadata = CRI.ContainerMetadata()
        config.metadata?.name = "main"
        config.image = CRI.ImageSpec()
        config.image?.image = "localhost/app:1"
        change(&config)
        var request = CRI.CreateContainerRequest()
        request.podSandboxId = sandbox
        request.config = config
        return try await service.createContainer(request).containerId
    }

    private func start(_ id: String) async throws {
        var request = CRI.StartContainerRequest()
        request.containerId = id
        _ = try await service.startContainer(request)
    }

    @Test func aHandlerIsAnotherRuntime() async throws {
        var other = Self.config("other")
        other.runtimeHandler = "runc"
        try await start(try await container(in: try await sandbox(other)))
        try await start(try await container(in: try await sandbox(Self.config("own"))))
        #expect(rooms.asked.filter { $0.hasPrefix("start main") } == ["start main by /usr/sbin/runc", "start main"])
        let names = try await service.status(CRI.StatusRequest()).runtimeHandlers.map(\.name)
        #expect(names == ["", "runc", "swiftlet"])
        var unknown = Self.config("unknown")
        unknown.runtimeHandler = "gvisor"
        await #expect(throws: CRI.Failure.self) { try await sandbox(unknown) }
    }

    @Test func annotationsNameMoreNetworksAndWhoMaySendForOthers() async throws {
        _ = try await sandbox(Self.config { config in
            config.annotations["k8s.v1.cni.cncf.io/networks"] = "back, shop/third@eth1"
            config.annotations["swiftlet/sends-for-others"] = "true"
        })
        #expect(rooms.asked.filter { $0.hasPrefix("network") }.dropFirst() == [
            "network beside it: back ", "network beside it: third eth1", "network: sends for others",
        ])
        let failure = await #expect(throws: CRI.Failure.self) {
            try await sandbox(Self.config("twice") { $0.annotations["k8s.v1.cni.cncf.io/networks"] = "back, back" })
        }
        #expect("\(try #require(failure))".contains("the network back is named twice"))
    }

    private func checkpoint(_ id: String, _ location: String, _ seconds: Int64 = 0, by other: SandboxService? = nil) async -> CRI.Failure? {
        var request = CRI.CheckpointContainerRequest()
        (request.containerId, request.location, request.timeout) = (id, location, seconds)
        do throws(CRI.Failure) {
            _ = try await (other ?? service).checkpointContainer(request)
            return nil
        } catch {
            return error
        }
    }

    @Test func aRunningContainerIsWrittenDown() async throws {
        let id = try await container(in: try await sandbox())
        #expect(await checkpoint(id, "/a.tar")?.status == .failedPrecondition, "it does not run yet")
        try await start(id)
        #expect(await checkpoint(id, "/a.tar") == nil)
        #expect(await checkpoint(id, "/b.tar", 5) == nil)
        #expect(rooms.asked.filter { $0.hasPrefix("checkpoint") } == ["checkpoint /a.tar", "checkpoint /b.tar within 5 s"])
        let failure = await checkpoint(id, "/fails")
        #expect(failure?.status == .failedPrecondition && failure?.message == "criu cannot work with this kernel")
        for (location, seconds) in [("", Int64(0)), ("a.tar", 0), ("/folder/", 0), ("/a\0", 0), ("/a.tar", -1)] {
            #expect(await checkpoint(id, location, seconds)?.status == .invalidArgument)
        }
        #expect(await checkpoint("nothing", "/a.tar")?.status == .notFound)
        var other = Self.config("other")
        other.runtimeHandler = "runc"
        let foreign = try await container(in: try await sandbox(other))
        try await start(foreign)
        #expect(await checkpoint(foreign, "/a.tar")?.message.contains("run by \"runc\"") == true)
    }

    /// Who collects what belongs to nobody asks at any moment, also while a sandbox is connected.
    @Test func oneThatIsBeingMadeIsKnown() async throws {
        let service = service
        rooms.onNetwork { service.ids.count }
        let id = try await sandbox()
        #expect(rooms.asked.contains("network of 1") && service.ids == [id])
        var request = CRI.RemovePodSandboxRequest()
        request.podSandboxId = id
        _ = try await service.removePodSandbox(request)
        #expect(service.ids.isEmpty)
    }

    @Test func nobodyWritesContainersDown() async throws {
        let other = try TemporaryDirectory()
        let service = try FakeRooms().service(in: other.path, servesCheckpoints: false)
        let id = try await service.runPodSandbox(Self.config()).podSandboxId
        var request = CRI.CreateContainerRequest()
        request.podSandboxId = id
        var config = CRI.ContainerConfig()
        config.metadata = CRI.ContainerMetadata()
        config.metadata?.name = "main"
        config.image = CRI.ImageSpec()
        config.image?.image = "localhost/app:1"
        request.config = config
        var start = CRI.StartContainerRequest()
        start.containerId = try await service.createContainer(request).containerId
        _ = try await service.startContainer(start)
        #expect(await checkpoint(start.containerId, "/a.tar", by: service)?.status == .unimplemented)
    }

    private func stop(_ id: String, _ seconds: Int64) async throws {
        var request = CRI.StopContainerRequest()
        (request.containerId, request.timeout) = (id, seconds)
        _ = try await service.stopContainer(request)
    }

    private func status(_ id: String, by service: SandboxService? = nil) async throws -> CRI.ContainerStatus {
        var request = CRI.ContainerStatusRequest()
        request.containerId = id
        return try #require(try await (service ?? self.service).containerStatus(request).status)
    }

    private func failure(_ body: () async throws -> Void) async -> CRI.Status? {
        do {
            try await body()
            return nil
        } catch { return (error as? CRI.Failure)?.status }
    }

    /// Runs something while the service watches what it starts.
    private func watching(_ body: () async throws -> Void) async throws {
        let work = Task { await service.run() }
        defer { work.cancel() }
        try await body()
    }

    @Test func whatFailsIsUndoneAndItsNameIsFree() async throws {
        rooms.fail(network: SandboxFailure(.hostPortConflict, "taken"))
        #expect(await failure { _ = try await sandbox() } == .resourceExhausted)
        #expect(Array(rooms.asked.suffix(3)) == ["no network", "unpin", "no cgroup"])
        #expect(try FileSystem.list("\(folder.path)/state/sandboxes").isEmpty)
        rooms.fail(network: nil)
        let id = try await sandbox()
        #expect(await failure { _ = try await sandbox() } == .alreadyExists)
        let record = try FileSystem.readText("\(folder.path)/state/sandboxes/\(id)/sandbox.json")
        #expect(record.contains("\"ready\""))
        #expect(rooms.asked.contains("namespaces ipc,net,uts web"))
    }

    @Test func configurationsThatCannotBe() async throws {
        for change in [
            { $0.metadata = nil }, { $0.metadata?.name = "a/b" }, { $0.logDirectory = "logs" }, { $0.hostname = "a b" },
            { $0.linux?.sysctls = ["vm.swappiness": "1"] }, { $0.linux?.securityContext?.namespaceOptions?.ipc = .container },
            { $0.linux?.securityContext?.namespaceOptions?.pid = .target },
            { $0.windows = CRI.WindowsPodSandboxConfig() },
            {
                $0.linux?.securityContext?.namespaceOptions?.network = .node
                $0.linux?.sysctls = ["net.ipv4.ip_forward": "1"]
            },
            {
                $0.linux?.securityContext?.namespaceOptions?.usernsOptions = CRI.UserNamespace()
            },
        ] as [(inout CRI.PodSandboxConfig) -> Void] {
            #expect(await failure { _ = try await sandbox(Self.config(change)) } == .invalidArgument)
        }
        #expect(!rooms.asked.contains { $0.hasPrefix("network") })
    }

    private static func config(_ change: (inout CRI.PodSandboxConfig) -> Void) -> CRI.RunPodSandboxRequest { config("web", change) }

    @Test func aContainerBeginsAndEnds() async throws {
        try await watching {
            let id = try await container(in: try await sandbox())
            #expect(try await status(id).state == .containerCreated)
            try await start(id)
            #expect(try await status(id).state == .containerRunning)
            #expect(await failure { try await start(id) } == .failedPrecondition)
            try await stop(id, 30)
            let ended = try await status(id)
            // The signal that the image names, and the end that was waited for.
            #expect(ended.state == .containerExited && ended.exitCode == 131 && ended.reason == "Error" && rooms.asked.contains("signal 3"))
            #expect(ended.stopSignal == .signalSigquit && ended.finishedAt == 200_000_000_000 && ended.imageId == FakeRooms.shelved.id)
            try await stop(id, 30)
            #expect(!rooms.asked.contains("signal 9"))
        }
    }

    @Test func oneThatDoesNotListenIsKilled() async throws {
        try await watching {
            let id = try await container(in: try await sandbox()) { $0.stopSignal = .signalSigrtminplus3 }
            try await start(id)
            rooms.makeStubborn(id)
            try await stop(id, 1)
            #expect(Array(rooms.asked.suffix(2)) == ["signal 37", "signal 9"])
            #expect(try await status(id).exitCode == 137)
        }
    }

    @Test func aSecondStopKillsWhatTheFirstWaitsFor() async throws {
        try await watching {
            let id = try await container(in: try await sandbox())
            try await start(id)
            rooms.makeStubborn(id)
            async let first: Void = stop(id, 3600)
            while !rooms.asked.contains("signal 3") { await Task.yield() }
            try await stop(id, 0)
            try await first
            #expect(try await status(id).state == .containerExited)
        }
    }

    @Test func reasonsOfEnds() async throws {
        try await watching {
            let sandbox = try await sandbox()
            for (code, isOOM, reason) in [(Int32(0), false, "Completed"), (1, false, "Error"), (137, true, "OOMKilled")] {
                let id = try await container(in: sandbox) { $0.metadata?.attempt = UInt32(code) }
                try await start(id)
                rooms.end(id, code: code, oomKilled: isOOM)
                while try await status(id).state != .containerExited { await Task.yield() }
                #expect(try await status(id).reason == reason)
            }
            let id = try await container(in: sandbox) { $0.metadata?.name = "bad" }
            rooms.fail(start: ContainerFailure(.start, "no such program"))
            #expect(await failure { try await start(id) } == .invalidArgument)
            let status = try await status(id)
            #expect(status.state == .containerExited && status.reason == "StartError" && status.exitCode == 128)
        }
    }

    @Test func stoppingASandboxEndsWhatIsInIt() async throws {
        try await watching {
            let sandbox = try await sandbox()
            let id = try await container(in: sandbox)
            try await start(id)
            var request = CRI.StopPodSandboxRequest()
            request.podSandboxId = sandbox
            _ = try await service.stopPodSandbox(request)
            _ = try await service.stopPodSandbox(request)
            #expect(try await status(id).exitCode == 137)
            #expect(await failure { _ = try await container(in: sandbox) { $0.metadata?.name = "late" } } == .failedPrecondition)
            var removal = CRI.RemovePodSandboxRequest()
            removal.podSandboxId = sandbox
            _ = try await service.removePodSandbox(removal)
            _ = try await service.removePodSandbox(removal)
            #expect(await failure { _ = try await status(id) } == .notFound)
            #expect(try FileSystem.list("\(folder.path)/state/sandboxes").isEmpty)
            #expect(try FileSystem.list("\(folder.path)/run/sandboxes").isEmpty)
        }
    }

    @Test func theNextAgentTakesOver() async throws {
        let sandbox = try await sandbox()
        var ids: [String] = []
        for name in ["runs", "ended", "lost", "fresh", "made"] {
            ids.append(try await container(in: sandbox) { $0.metadata?.name = name })
        }
        for id in ids.dropLast() { try await start(id) }
        // What nobody has a record of.
        try FileSystem.makeDirectories("\(folder.path)/run/sandboxes/\(sandbox)/containers/stray")
        try FileSystem.makeDirectories("\(folder.path)/state/sandboxes/half")
        rooms.willAdopt(ids[0], .running(RunningContainer(pid: 5, startedAt: Timestamp(seconds: 100))))
        rooms.willAdopt(ids[1], .exited(ContainerExit(exitCode: 4, startedAt: nil, finishedAt: Timestamp(seconds: 300))))
        rooms.willAdopt(ids[3], .neverStarted)
        let next = try rooms.service(in: folder.path)
        try await next.adopt()
        #expect(next.ids == [sandbox])
        #expect(try await status(ids[0], by: next).state == .containerRunning)
        let ended = try await status(ids[1], by: next)
        #expect(ended.state == .containerExited && ended.exitCode == 4 && ended.startedAt == 100_000_000_000)
        #expect(try await status(ids[2], by: next).state == .containerUnknown)
        #expect(try await status(ids[3], by: next).state == .containerUnknown)
        #expect(try await status(ids[4], by: next).state == .containerCreated)
        #expect(!FileSystem.exists("\(folder.path)/run/sandboxes/\(sandbox)/containers/stray"))
        #expect(!FileSystem.exists("\(folder.path)/state/sandboxes/half"))
        do {
            _ = try await next.runPodSandbox(Self.config())
            Issue.record("the name is taken")
        } catch { #expect(error.status == .alreadyExists) }
    }

    @Test func afterARebootNothingRuns() async throws {
        let sandbox = try await sandbox()
        let id = try await container(in: sandbox)
        try await start(id)
        let path = "\(folder.path)/state/sandboxes/\(sandbox)/sandbox.json"
        let boot = try FileSystem.readText("/proc/sys/kernel/random/boot_id")
        try FileSystem.write(path, Array(try FileSystem.readText(path).replacing(boot, with: "another")  .utf8))
        let next = try rooms.service(in: folder.path)
        try await next.adopt()
        let ended = try await status(id, by: next)
        #expect(ended.state == .containerUnknown && ended.exitCode == 255)
        var request = CRI.PodSandboxStatusRequest()
        request.podSandboxId = sandbox
        #expect(try await next.podSandboxStatus(request).status?.state == .sandboxNotready)
    }

    @Test func commandsAndLimits() async throws {
        try await watching {
            let id = try await container(in: try await sandbox())
            var exec = CRI.ExecSyncRequest()
            (exec.containerId, exec.cmd) = (id, ["x"])
            #expect(await failure { _ = try await service.execSync(exec) } == .failedPrecondition)
            try await start(id)
            let answer = try await service.execSync(exec)
            #expect(answer.exitCode == 3 && answer.stdout == "out")
            exec.timeout = 1
            #expect(await failure { _ = try await service.execSync(exec) } == .deadlineExceeded)
            (exec.timeout, exec.cmd) = (0, ["much"])
            #expect(await failure { _ = try await service.execSync(exec) } == .resourceExhausted)
            var update = CRI.UpdateContainerResourcesRequest()
            update.containerId = id
            update.linux = CRI.LinuxContainerResources()
            update.linux?.memoryLimitInBytes = 4096
            _ = try await service.updateContainerResources(update)
            #expect(rooms.asked.contains("limit 4096"))
            #expect(try await status(id).resources?.linux?.memoryLimitInBytes == 4096)
            var attach = CRI.AttachRequest()
            (attach.containerId, attach.stdout) = (id, true)
            #expect(await failure { _ = try await service.attach(attach) } == .unavailable)
            attach.stdout = false
            #expect(await failure { _ = try await service.attach(attach) } == .invalidArgument)
        }
    }

    @Test func credentialsShowNowhere() async throws {
        var request = CRI.PullImageRequest()
        request.image = CRI.ImageSpec()
        request.image?.image = "r.example/app:1"
        request.auth = CRI.AuthConfig()
        // "u:hush", as docker has it.
        request.auth?.auth = "dTpodXNo"
        #expect(try await service.pullImage(request).imageRef == FakeRooms.shelved.id)
        #expect(rooms.asked == ["pull r.example/app:1 (secret)"])
        request.auth?.auth = "*"
        #expect(await failure { _ = try await service.pullImage(request) } == .invalidArgument)
    }

    @Test func theBundleSaysWhatWasAsked() async throws {
        let sandbox = try await sandbox(
            Self.config("web") { config in
                var mapping = CRI.IDMapping()
                (mapping.hostId, mapping.length) = (100_000, 65536)
                var users = CRI.UserNamespace()
                (users.uids, users.gids) = ([mapping], [mapping])
                config.linux?.securityContext?.namespaceOptions?.usernsOptions = users
            }
        )
        let folder = "\(folder.path)/state/data"
        let id = try await container(in: sandbox) { config in
            var mount = CRI.Mount()
            (mount.containerPath, mount.hostPath, mount.propagation) = ("/data/", folder, .propagationHostToContainer)
            config.mounts = [mount]
            config.args = ["now"]
            var value = CRI.KeyValue()
            (value.key, value.value) = ("A", "2")
            config.envs = [value]
            config.linux = CRI.LinuxContainerConfig()
            config.linux?.securityContext = CRI.LinuxContainerSecurityContext()
            config.linux?.securityContext?.capabilities = CRI.Capability()
            config.linux?.securityContext?.capabilities?.dropCapabilities = ["ALL"]
            config.linux?.securityContext?.capabilities?.addCapabilities = ["net_admin"]
        }
        let path = "\(self.folder.path)/run/sandboxes/\(sandbox)/containers/\(id)/bundle/config.json"
        let spec = try JSON.decode(RuntimeSpec.self, from: FileSystem.read(path))
        #expect(spec.process?.args == ["/app", "now"] && spec.process?.cwd == "/srv")
        #expect(spec.process?.env == ["PATH=/bin", "A=2", "HOSTNAME=web"])
        #expect(spec.process?.capabilities?.bounding == ["CAP_NET_ADMIN"])
        #expect(spec.process?.user?.uid == 1000 && spec.process?.user?.additionalGids == [1000, 2000])
        #expect(spec.linux?.uidMappings == [.init(containerID: 0, hostID: 100_000, size: 65536)])
        // With users of its own nothing is masked that nobody named.
        #expect(spec.linux?.maskedPaths == [] && spec.linux?.rootfsPropagation == "rslave")
        #expect(spec.mounts?.last == .init(destination: "/data", type: "bind", source: folder, options: ["rbind", "rslave", "rw"]))
        #expect(spec.mounts?.first?.options?.first == "lowerdir=/layers/2:/layers/1")
        #expect(try FileSystem.status(path).permissions == 0o600)
    }

    @Test func idsOfUsersAreNoPodsOfFiles() async throws {
        func request(_ name: String, _ first: UInt32) -> CRI.RunPodSandboxRequest {
            Self.config(name) { config in
                var mapping = CRI.IDMapping()
                (mapping.hostId, mapping.length) = (first, 65536)
                var users = CRI.UserNamespace()
                (users.mode, users.uids, users.gids) = (.pod, [mapping], [mapping])
                config.linux?.securityContext?.namespaceOptions?.usernsOptions = users
            }
        }
        let pod = try rooms.users.take(for: "pod")
        #expect(await failure { _ = try await sandbox(request("over", pod.first + 1)) } == .failedPrecondition)
        #expect(try records(in: "\(folder.path)/state/sandboxes").isEmpty)
        let id = try await sandbox(request("beside", pod.first + 65536))
        // The caller's own affair.
        let same = try await sandbox(request("same", pod.first + 65536))
        #expect(try rooms.users.take(for: "next").first == pod.first + 131_072)
        let other = FakeRooms()
        try await other.service(in: folder.path).adopt()
        #expect(try other.users.take(for: "pod").first == pod.first)
        #expect(try other.users.take(for: "next").first == pod.first + 131_072)
        rooms.users.release("next")
        for (name, free) in [(id, pod.first + 131_072), (same, pod.first + 65536)] {
            var removal = CRI.RemovePodSandboxRequest()
            removal.podSandboxId = name
            _ = try await service.removePodSandbox(removal)
            // The one of the two that goes first frees nothing that the other has.
            #expect(try rooms.users.take(for: "next").first == free)
            rooms.users.release("next")
        }
    }

    private func records(in folder: String) throws -> [String] { FileSystem.exists(folder) ? try FileSystem.list(folder) : [] }
}
