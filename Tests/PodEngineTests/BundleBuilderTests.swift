import JSONCoding
import Linux
import OCISpec
import PodEngine
import PodSpec
import Testing

struct BundleBuilderTests {
    private var image: PodImage {
        PodImage(
            reference: "docker.io/library/web:1",
            identifier: "sha256:1",
            layerDirectories: ["/layers/bottom", "/layers/top"],
            process: PodImage.Process(
                entrypoint: ["/entry"],
                command: ["serve"],
                environment: ["PATH=/bin", "LANG=C", "EMPTY"],
                workingDirectory: "srv",
                user: "web"
            )
        )
    }

    private var node: EngineConfiguration.Node {
        var node = EngineConfiguration.Node(
            name: "node",
            addresses: ["192.0.2.1"],
            memoryBytes: 1 << 30,
            kernelMajor: 6,
            kernelMinor: 1
        )
        node.capabilities = ["CAP_CHOWN", "CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_NET_BIND_SERVICE"]
        return node
    }

    /// The bundle of the first container of a manifest's pod.
    private func build(
        _ container: String = "",
        spec: String = "",
        user: ImageUser = ImageUser(uid: 101, gid: 102, additionalGroups: [103]),
        change: (inout BundleBuilder.Inputs) -> Void = { _ in }
    ) throws -> RuntimeSpec {
        let text = """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"pod","uid":"uid","labels":{"app":"x"}},
             "spec":{\(spec.isEmpty ? "" : spec + ",")"containers":[{"name":"web","image":"web:1"\(container.isEmpty ? "" : "," + container)}]}}
            """
        let result = ManifestFile.decode(Array(text.utf8), name: "a.json")
        if let problem = result.problems.first { throw problem }
        let pod = try #require(result.pods.first).pod
        let network = PodNetworkState(network: "default", interface: "eth0", addresses: ["10.88.0.2"])
        var inputs = BundleBuilder.Inputs(
            pod: pod,
            container: pod.spec.containers[0],
            image: image,
            user: user,
            network: network
        )
        change(&inputs)
        let directories = EngineConfiguration.Directories(
            manifests: "/m",
            state: "/state",
            run: "/run",
            logs: "/logs",
            seccompProfiles: "/seccomp"
        )
        let paths = PodPaths(uid: "uid", key: PodKey(namespace: "default", name: "pod"), in: directories)
        return try BundleBuilder(inputs, paths: paths, attempt: 2, cgroup: "/swiftlet/poduid/uid_web_2", node: node).build()
    }

    @Test func `command and args against ENTRYPOINT and CMD`() throws {
        #expect(try build().process?.args == ["/entry", "serve"])
        #expect(try build(#""command":["/cmd"]"#).process?.args == ["/cmd"])
        #expect(try build(#""args":["a"]"#).process?.args == ["/entry", "a"])
        #expect(try build(#""command":["/cmd"],"args":["a"]"#).process?.args == ["/cmd", "a"])
        #expect(throws: StepFailure.self) { try build { $0.image.process = PodImage.Process() } }
    }

    @Test func `environment: image, HOSTNAME, container, references`() throws {
        let spec = try build(
            #"""
            "args":["$(IP)","$$(IP)","$(NONE)"],
            "env":[{"name":"LANG","value":"de"},{"name":"IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}},
                   {"name":"BOTH","value":"$(LANG)-$(IP)"}]
            """#
        )
        #expect(
            spec.process?.env == [
                "PATH=/bin", "LANG=de", "EMPTY=", "HOSTNAME=pod", "IP=10.88.0.2", "BOTH=de-10.88.0.2",
            ]
        )
        #expect(spec.process?.args == ["/entry", "10.88.0.2", "$(IP)", "$(NONE)"])
        #expect(spec.process?.cwd == "/srv")
    }

    @Test func `users and groups`() throws {
        #expect(try build().process?.user?.uid == 101)
        let spec = try build(
            #""securityContext":{"runAsGroup":7}"#,
            spec: #""securityContext":{"supplementalGroups":[8],"fsGroup":9}"#
        )
        #expect(spec.process?.user?.gid == 7)
        #expect(spec.process?.user?.additionalGids == [7, 103, 8, 9])
        let root = ImageUser(uid: 0, gid: 0)
        #expect(throws: StepFailure.self) { try build(#""securityContext":{"runAsNonRoot":true}"#, user: root) }
        #expect(throws: Never.self) { try build(#""securityContext":{"runAsNonRoot":true,"runAsUser":101}"#) }
        #expect(throws: StepFailure.self) { try build(spec: #""securityContext":{"runAsNonRoot":true}"#, user: root) }
    }

    @Test func `what runs as root where it must not, in the kubelet's words`() throws {
        func refusal(_ container: String, image user: String, uid: UInt32) -> String? {
            do {
                _ = try build(container, user: ImageUser(uid: uid, gid: 0)) { $0.image.process.user = user }
                return nil
            } catch { return (error as? StepFailure)?.message }
        }
        let nonRoot = #""securityContext":{"runAsNonRoot":true}"#
        let place = "(pod: \"pod_default(uid)\", container: web)"
        #expect(refusal(nonRoot, image: "", uid: 0) == "container has runAsNonRoot and image will run as root \(place)")
        #expect(refusal(nonRoot, image: "0:5", uid: 0) == "container has runAsNonRoot and image will run as root \(place)")
        #expect(
            refusal(nonRoot, image: "app", uid: 5)
                == "container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root \(place)"
        )
        #expect(
            refusal(#""securityContext":{"runAsNonRoot":true,"runAsUser":0}"#, image: "7", uid: 0)
                == "container's runAsUser breaks non-root policy \(place)"
        )
        #expect(refusal(nonRoot, image: "7:app", uid: 7) == nil)
        #expect(refusal(#""securityContext":{"runAsNonRoot":true,"runAsUser":7}"#, image: "app", uid: 7) == nil)
    }

    @Test func `groups of the image, where the policy is strict`() throws {
        let context = #""securityContext":{"supplementalGroups":[8],"supplementalGroupsPolicy":"Strict"}"#
        #expect(try build(spec: context).process?.user?.additionalGids == [102, 8])
    }

    @Test func `namespaces that are the host's`() throws {
        func kinds(_ spec: String) throws -> [RuntimeSpec.Linux.Namespace.Kind] {
            try build(spec: spec).linux?.namespaces?.map(\.type) ?? []
        }
        #expect(try kinds("") == [.pid, .mount, .cgroup, .ipc, .network, .uts])
        #expect(try kinds(#""hostPID":true"#) == [.mount, .cgroup, .ipc, .network, .uts])
        #expect(try kinds(#""hostIPC":true,"hostNetwork":true"#) == [.pid, .mount, .cgroup])
        let shared = try build(spec: #""hostIPC":true"#).mounts?.first { $0.destination == "/dev/shm" }
        #expect(shared?.source == "/dev/shm")
    }

    @Test func `kernel parameters, labels and recursive read-only`() throws {
        let context = """
            "securityContext":{"sysctls":[{"name":"net.ipv4.tcp_syncookies","value":"0"}],
                               "seLinuxOptions":{"type":"mine_t","level":"s0:c1,c2"}}
            """
        let spec = try build(spec: context)
        // They are set with the sandbox.
        #expect(spec.linux?.sysctl == nil)
        #expect(spec.process?.selinuxLabel == nil)
        let labelled = try build(spec: context) { $0.hasSELinux = true }
        #expect(labelled.process?.selinuxLabel == "system_u:system_r:mine_t:s0:c1,c2")
        #expect(labelled.linux?.mountLabel == "system_u:object_r:container_file_t:s0:c1,c2")
        let mount = #""volumeMounts":[{"name":"v","mountPath":"/v","readOnly":true,"recursiveReadOnly":"IfPossible"}]"#
        let volumes = try build(mount, spec: #""volumes":[{"name":"v"}]"#) { $0.mountSources = ["/v"] }
        #expect(volumes.mounts?.first { $0.destination == "/v" }?.options == ["rbind", "rprivate", "ro", "rro"])
    }

    @Test func `AppArmor: the default profile where there is one, an error only where one was asked for`() throws {
        func profile(_ container: String, spec: String = "", _ state: AppArmorState) throws -> String? {
            try build(container, spec: spec) { $0.appArmor = state }.process?.apparmorProfile
        }
        func asking(_ type: String, privileged: Bool = false) -> String {
            #""securityContext":{"privileged":\#(privileged),"appArmorProfile":\#(type)}"#
        }
        let runtimeDefault = #"{"type":"RuntimeDefault"}"#
        let localhost = #"{"type":"Localhost","localhostProfile":"mine"}"#
        #expect(try profile("", .loaded) == "swiftlet-default")
        #expect(try profile("", .missing) == nil)
        #expect(try profile("", .off) == nil)
        #expect(try profile(asking(runtimeDefault), .loaded) == "swiftlet-default")
        #expect(try profile(asking(localhost), .loaded) == "mine")
        #expect(try profile(asking(#"{"type":"Unconfined"}"#), .loaded) == nil)
        #expect(try profile("", spec: asking(localhost).replacing(#""privileged":false,"#, with: ""), .loaded) == "mine")
        for asked in [runtimeDefault, localhost] {
            #expect(throws: StepFailure.self) { try profile(asking(asked), .missing) }
            #expect(throws: StepFailure.self) { try profile(asking(asked), .off) }
        }
        // Privileged: only by a profile that it names.
        #expect(try profile(#""securityContext":{"privileged":true}"#, .loaded) == nil)
        #expect(try profile(asking(runtimeDefault, privileged: true), .missing) == nil)
        #expect(try profile(asking(localhost, privileged: true), .loaded) == "mine")
        #expect(throws: StepFailure.self) { try profile(asking(localhost, privileged: true), .missing) }
    }

    @Test func `AppArmor: the kernel's list of profiles`() {
        let list = "/usr/bin/man (enforce)\nswiftlet-default (enforce)\nnvidia_modprobe//kmod (enforce)\n"
        #expect(AppArmorState.isListed("swiftlet-default", in: list))
        #expect(AppArmorState.isListed("nvidia_modprobe//kmod", in: list))
        #expect(!AppArmorState.isListed("swiftlet", in: list))
        #expect(!AppArmorState.isListed("swiftlet-default", in: ""))
    }

    @Test func `capabilities`() throws {
        func bounding(_ container: String) throws -> [String]? { try build(container).process?.capabilities?.bounding }
        #expect(try bounding("") == ContainerDefaults.capabilities)
        #expect(
            try bounding(#""securityContext":{"capabilities":{"drop":["ALL"],"add":["NET_BIND_SERVICE"]}}"#)
                == ["CAP_NET_BIND_SERVICE"]
        )
        let added = try bounding(#""securityContext":{"capabilities":{"add":["NET_ADMIN"],"drop":["KILL"]}}"#)
        #expect(added?.contains("CAP_NET_ADMIN") == true && added?.contains("CAP_KILL") == false)
        #expect(
            try bounding(#""securityContext":{"capabilities":{"add":["ALL"],"drop":["CHOWN"]}}"#)?.contains("CAP_CHOWN")
                == false
        )
        #expect(try bounding(#""securityContext":{"privileged":true}"#) == node.capabilities)
        let sets = try build().process?.capabilities
        #expect(sets?.ambient == nil && sets?.inheritable == nil && sets?.permitted == sets?.bounding)
    }

    @Test func `isolation is the default, and privileged takes it away`() throws {
        let spec = try build()
        #expect(spec.linux?.seccomp != nil)
        #expect(spec.linux?.maskedPaths == ContainerDefaults.maskedPaths)
        #expect(spec.linux?.readonlyPaths == ContainerDefaults.readonlyPaths)
        #expect(spec.linux?.resources?.devices?.first?.allow == false)
        #expect(spec.process?.noNewPrivileges == false)
        #expect(try build(#""securityContext":{"allowPrivilegeEscalation":false}"#).process?.noNewPrivileges == true)
        #expect(try build(#""securityContext":{"seccompProfile":{"type":"Unconfined"}}"#).linux?.seccomp == nil)
        // A profile that was asked for and is not there must not become none.
        #expect(throws: StepFailure.self) {
            try build(#""securityContext":{"seccompProfile":{"type":"Localhost","localhostProfile":"x.json"}}"#)
        }

        let privileged = try build(#""securityContext":{"privileged":true}"#)
        #expect(privileged.linux?.seccomp == nil)
        #expect(privileged.linux?.maskedPaths == nil && privileged.linux?.readonlyPaths == nil)
        #expect(privileged.linux?.resources?.devices?.first?.allow == true)
        #expect(privileged.mounts?.first { $0.destination == "/sys" }?.options?.contains("rw") == true)
    }

    @Test func `namespaces and cgroup`() throws {
        let linux = try #require(try build().linux)
        let paths = Dictionary(uniqueKeysWithValues: (linux.namespaces ?? []).map { ($0.type, $0.path) })
        #expect(paths[.network] == "/run/pods/uid/ns/net")
        #expect(paths[.ipc] == "/run/pods/uid/ns/ipc")
        #expect(paths[.uts] == "/run/pods/uid/ns/uts")
        #expect(paths[.pid] == .some(nil) && paths[.mount] == .some(nil) && paths[.cgroup] == .some(nil))
        #expect(linux.cgroupsPath == "/swiftlet/poduid/uid_web_2")

        let host = try #require(try build(spec: #""hostNetwork":true"#).linux?.namespaces)
        #expect(Set(host.map(\.type)) == [.pid, .mount, .cgroup, .ipc])
        #expect(try build(spec: #""hostNetwork":true"#).process?.env?.contains("HOSTNAME=node") == true)
    }

    @Test func `resources by the kubelet's formulae`() throws {
        let spec = try build(#""resources":{"limits":{"cpu":"250m","memory":"64Mi"},"requests":{"cpu":"100m"}}"#)
        let resources = try #require(spec.linux?.resources)
        #expect(resources.cpu?.shares == 102)
        #expect(resources.cpu?.quota == 25_000 && resources.cpu?.period == 100_000)
        #expect(resources.memory?.limit == 64 << 20 && resources.memory?.swap == 64 << 20)
        #expect(try build().linux?.resources?.cpu?.shares == 2)
        #expect(try build().linux?.resources?.memory == nil)
        #expect(ContainerResources.shares(milliCPU: .max) == 262_144)
        #expect(ContainerResources.quota(milliCPU: 1) == 1000)
        // BestEffort: the first to go.
        #expect(try build().process?.oomScoreAdj == 1000)
        #expect(spec.process?.oomScoreAdj == 1000 - 62)
        // Guaranteed would be lowered, which is not tried.
        let guaranteed = try build(#""resources":{"limits":{"cpu":"1","memory":"1Mi"}}"#)
        #expect(guaranteed.process?.oomScoreAdj == nil)
    }

    @Test func `mounts: the root first, files under etc, volumes from outside in`() throws {
        let spec = try build(
            #"""
            "volumeMounts":[{"name":"a","mountPath":"/data/inner"},{"name":"b","mountPath":"/data/","readOnly":true},
                            {"name":"a","mountPath":"/etc/hosts"}]
            """#,
            spec: #""volumes":[{"name":"a","emptyDir":{}},{"name":"b","hostPath":{"path":"/srv"}}]"#
        ) { $0.mountSources = ["/v/a", "/srv", "/v/a"] }
        let mounts = try #require(spec.mounts)
        #expect(mounts[0].destination == "/" && mounts[0].type == "overlay")
        #expect(
            mounts[0].options == [
                "lowerdir=/layers/top:/layers/bottom", "upperdir=/state/pods/uid/containers/web/2/upper",
                "workdir=/state/pods/uid/containers/web/2/work",
            ]
        )
        #expect(mounts.filter { $0.destination == "/etc/hosts" }.map(\.source) == ["/v/a"])
        #expect(mounts.first { $0.destination == "/etc/resolv.conf" }?.source == "/run/pods/uid/etc/resolv.conf")
        #expect(mounts.first { $0.destination == "/dev/shm" }?.source == "/run/pods/uid/shm")
        let data = mounts.filter { $0.destination.hasPrefix("/data") }
        #expect(data.map(\.destination) == ["/data", "/data/inner"])
        #expect(data[0].options == ["rbind", "rprivate", "ro"])
        #expect(spec.root?.readonly == false)
        #expect(try build(#""securityContext":{"readOnlyRootFilesystem":true}"#).root?.readonly == true)
    }

    @Test func `a bundle is written and read again`() throws {
        let spec = try build()
        #expect(try JSON.decode(RuntimeSpec.self, from: JSON.encode(spec)) == spec)
    }
}
