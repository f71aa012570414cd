import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Cases that CRI's own conformance suite has (critest; it speaks gRPC only) and the other suites of sandboxes have not.
    @Suite struct SandboxCasesTests {
        private func client() async throws -> CRIClient {
            let client = CRIClient(agent: try await Stage.shared().agent)
            try await client.images("PullImage", ["image": ["image": JSONNode(Stage.image)]])
            return client
        }

        private static func linux(_ security: JSONNode) -> [String: JSONNode] { ["linux": ["securityContext": security]] }

        private func refusal(_ cri: CRIClient, _ more: [String: JSONNode], in id: String) async throws -> String? {
            try await cri.refusal("CreateContainer", [
                "podSandboxId": JSONNode(id), "config": CRIClient.container("refused", "true", more: more),
            ])
        }

        @Test func whatIsNotThereIsStoppedAndRemoved() async throws {
            let cri = try await client()
            for method in ["StopPodSandbox", "RemovePodSandbox"] {
                #expect(try await cri.refusal(method, ["podSandboxId": "0123456789abcdef"]) == nil, "\(method)")
            }
            for method in ["StopContainer", "RemoveContainer"] {
                #expect(try await cri.refusal(method, ["containerId": "0123456789abcdef"]) == nil, "\(method)")
            }
            _ = try await cri.images("RemoveImage", ["image": ["image": "127.0.0.1:5000/never-there:1"]])
        }

        @Test func containersAreRemovedInEveryState() async throws {
            let cri = try await client()
            let id = try await cri.runSandbox(CRIClient.sandbox("states"))
            let made = try await cri.create(CRIClient.container("made", "true"), in: id)
            let running = try await cri.start(CRIClient.container("running", "exec sleep 100000"), in: id)
            let ended = try await cri.start(CRIClient.container("ended", "exit 3"), in: id)
            #expect(try await cri.waitExited(ended)["exitCode"] == 3)
            let filter: JSONNode = ["filter": ["labelSelector": ["container": "running"], "podSandboxId": JSONNode(id)]]
            let stats = try await cri.runtime("ListContainerStats", filter)["stats"]?.arrayValue ?? []
            #expect(stats.map { $0["attributes"]?["id"]?.stringValue } == [running])
            for container in [made, running, ended] {
                try await cri.runtime("RemoveContainer", ["containerId": JSONNode(container)])
                #expect(try await cri.refusal("ContainerStatus", ["containerId": JSONNode(container)]) == "NOT_FOUND")
            }
            #expect(try await cri.containers(["podSandboxId": JSONNode(id)]).isEmpty)
            try await cri.remove(sandbox: id)
        }

        @Test func usersGroupsAndWhatTheyMay() async throws {
            let cri = try await client()
            let id = try await cri.runSandbox(CRIClient.sandbox("users"))
            func start(_ name: String, _ security: JSONNode) async throws -> String {
                try await cri.start(CRIClient.container(name, "exec sleep 100000", more: Self.linux(security)), in: id)
            }
            #expect(try await refusal(cri, Self.linux(["runAsGroup": ["value": "1000"]]), in: id) == "INVALID_ARGUMENT")
            let both: JSONNode = ["runAsUser": ["value": "1"], "runAsUsername": "root"]
            #expect(try await refusal(cri, Self.linux(both), in: id) == "INVALID_ARGUMENT")
            let all = try await start("all", ["capabilities": ["addCapabilities": ["ALL"]]])
            let none = try await start("none", ["capabilities": ["dropCapabilities": ["ALL"]]])
            let one = try await start("one", ["capabilities": ["dropCapabilities": ["ALL"], "addCapabilities": ["NET_ADMIN"]]])
            func effective(_ container: String) async throws -> UInt64 {
                let text = try await cri.exec(container, "sed -n 's/^CapEff:[^0-9a-f]*//p' /proc/1/status").stdout
                return try #require(UInt64(text.filter(\.isHexDigit), radix: 16))
            }
            #expect(try await effective(none) == 0)
            #expect(try await effective(one) == 1 << 12)
            let bounding = try FileSystem.readText("/proc/self/status").split(separator: "\n").first { $0.hasPrefix("CapPrm:") }
            #expect(try await effective(all) == UInt64(try #require(bounding).split(separator: "\t")[1], radix: 16))
            let free = try await start("free", ["noNewPrivs": false, "seccomp": ["profileType": "Unconfined"]])
            #expect(try await cri.exec(free, "grep -cE '^(NoNewPrivs|Seccomp):.0' /proc/1/status").stdout == "2\n")
            try await cri.remove(sandbox: id)
        }

        @Test func filteredAndMaskedPaths() async throws {
            let cri = try await client()
            let folder = "\(cri.agent.folder)/cri-profiles"
            try FileSystem.makeDirectories(folder)
            let profile = #"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["sethostname"],"action":"SCMP_ACT_ERRNO"}]}"#
            try FileSystem.write("\(folder)/block.json", Array(profile.utf8))
            let id = try await cri.runSandbox(CRIClient.sandbox("paths"))
            let blocked = try await cri.start(
                CRIClient.container("blocked", "exec sleep 100000", more: Self.linux([
                    "seccomp": ["profileType": "Localhost", "localhostRef": JSONNode("\(folder)/block.json")],
                    "capabilities": ["addCapabilities": ["SYS_ADMIN"]],
                    "maskedPaths": ["/proc/version"], "readonlyPaths": ["/tmp"],
                ])),
                in: id
            )
            #expect(try await cri.exec(blocked, "hostname other 2>&1 | grep -c 'not permitted'").stdout == "1\n")
            #expect(try await cri.exec(blocked, "cat /proc/version | wc -c").stdout == "0\n")
            #expect(try await cri.exec(blocked, "mkdir -p /tmp 2>/dev/null; touch /tmp/x 2>&1 | grep -c Read-only").stdout == "1\n")
            let missing: JSONNode = ["seccomp": ["profileType": "Localhost", "localhostRef": "/nothing.json"]]
            #expect(try await refusal(cri, Self.linux(missing), in: id) == "INVALID_ARGUMENT")
            try await cri.remove(sandbox: id)
            try FileSystem.removeTree(folder)
        }

        @Test func mountsThatCanAndCannotBe() async throws {
            let cri = try await client()
            let folder = "\(cri.agent.folder)/cri-links"
            try FileSystem.makeDirectories("\(folder)/data")
            try FileSystem.write("\(folder)/data/file", Array("behind a link\n".utf8))
            try FileSystem.makeSymbolicLink(at: "\(folder)/link", to: "\(folder)/data")
            let id = try await cri.runSandbox(CRIClient.sandbox("mounts"))
            let container = try await cri.start(
                CRIClient.container("main", "exec sleep 100000", more: [
                    "mounts": [["containerPath": "/in", "hostPath": JSONNode("\(folder)/link")]]
                ]),
                in: id
            )
            #expect(try await cri.exec(container, "cat /in/file; echo more > /in/made").stdout == "behind a link\n")
            #expect(try FileSystem.readText("\(folder)/data/made") == "more")
            func mount(_ more: [(String, JSONNode)]) -> [String: JSONNode] {
                let members = [("containerPath", JSONNode("/a"))] + more
                return ["mounts": [JSONNode(.object(members.map { JSONNode.Member(key: $0.0, value: $0.1) }))]]
            }
            let host = ("hostPath", JSONNode("\(folder)/data"))
            for propagation in ["PROPAGATION_HOST_TO_CONTAINER", "PROPAGATION_BIDIRECTIONAL"] {
                let wrong = mount([host, ("readonly", true), ("recursiveReadOnly", true), ("propagation", JSONNode(propagation))])
                #expect(try await refusal(cri, wrong, in: id) == "INVALID_ARGUMENT")
            }
            let image = ("image", JSONNode(dictionaryLiteral: ("image", JSONNode(Stage.image))))
            #expect(try await refusal(cri, mount([image]), in: id) == "INVALID_ARGUMENT", "an image that may be written to")
            for subPath in ["nothing", "../etc", "/etc"] {
                let wrong = mount([image, ("readonly", true), ("imageSubPath", JSONNode(subPath))])
                #expect(try await refusal(cri, wrong, in: id) == "INVALID_ARGUMENT", "\(subPath)")
            }
            try await cri.remove(sandbox: id)
            try FileSystem.removeTree(folder)
        }

        @Test func usersOfTheirOwn() async throws {
            let cri = try await client()
            func run(_ options: JSONNode) async throws -> String? {
                let linux: JSONNode = ["securityContext": ["namespaceOptions": ["pid": "CONTAINER", "usernsOptions": options]]]
                return try await cri.refusal("RunPodSandbox", ["config": CRIClient.sandbox("userns", more: ["linux": linux])])
            }
            func mapping(_ container: Int, _ host: Int, _ length: Int) -> JSONNode {
                ["containerId": JSONNode(container), "hostId": JSONNode(host), "length": JSONNode(length)]
            }
            let one = mapping(0, 1 << 30, 65536)
            let two: JSONNode = [one, mapping(65536, (1 << 30) + 65536, 1000)]
            #expect(try await run(["mode": "POD", "uids": two, "gids": two]) == "INVALID_ARGUMENT")
            let high: JSONNode = [mapping(1, 1 << 30, 65536)]
            #expect(try await run(["mode": "POD", "uids": high, "gids": high]) == "INVALID_ARGUMENT")
            for mode in ["CONTAINER", "TARGET"] {
                #expect(try await run(["mode": JSONNode(mode), "uids": [one], "gids": [one]]) == "INVALID_ARGUMENT", "\(mode)")
            }
        }

        @Test func severalContainersAndPorts() async throws {
            let cri = try await client()
            let folder = "\(cri.agent.folder)/cri-ports"
            let config = CRIClient.sandbox("ports", logs: folder, more: [
                "portMappings": [["protocol": "TCP", "containerPort": 80, "hostPort": 18080]]
            ])
            let id = try await cri.runSandbox(config)
            let server = try await cri.start(CRIClient.container("server", "mkdir -p /www && echo served > /www/index.html && exec httpd -f -h /www -p 80"), in: id)
            let other = try await cri.start(CRIClient.container("other", "echo from the other; exec sleep 100000"), in: id)
            let script = "i=0; while [ $i -lt 100 ]; do wget -qO- http://127.0.0.1/ && exit 0; sleep 0.1; i=$((i+1)); done; exit 1"
            // The network is one for all of them; files and logs are each one's own.
            #expect(try await cri.exec(other, script).stdout == "served\n")
            #expect(try await cri.exec(other, "ls /www 2>&1 | wc -l; hostname").code == 0)
            #expect(try FileSystem.readText("\(folder)/other.log").hasSuffix(" stdout F from the other"))
            #expect(try FileSystem.readText("\(folder)/server.log").isEmpty)
            let fetched = try await cri.agent.host.run("curl", "-sS", "http://127.0.0.1:18080/")
            #expect(fetched.text == "served\n", "\(fetched)")
            #expect(try await cri.state(server) == "CONTAINER_RUNNING")
            try await cri.remove(sandbox: id)
            try FileSystem.removeTree(folder)
        }

        @Test func memoryThatIsNotThere() async throws {
            let cri = try await client()
            let id = try await cri.runSandbox(CRIClient.sandbox("oom"))
            let limits: [String: JSONNode] = ["linux": ["resources": ["memoryLimitInBytes": "15728640", "memorySwapLimitInBytes": "15728640"]]]
            let container = try await cri.start(
                CRIClient.container("main", "dd if=/dev/zero of=/dev/null bs=64M count=1", more: limits),
                in: id
            )
            let ended = try await cri.waitExited(container)
            #expect(ended["exitCode"] == 137 && ended["reason"] == "OOMKilled", "\(ended)")
            try await cri.remove(sandbox: id)
        }

        @Test func namesOfOneImage() async throws {
            let cri = try await client()
            let image: JSONNode = ["image": ["image": JSONNode(Stage.image)]]
            let status = try #require(try await cri.images("ImageStatus", image)["image"])
            let id = try #require(status["id"]?.stringValue)
            // By id, by tag and by digest it is the same.
            let digest = try #require(status["repoDigests"]?[0]?.stringValue)
            for name in [id, digest, Stage.image] {
                let found = try await cri.images("ImageStatus", ["image": ["image": JSONNode(name)]])["image"]
                #expect(found?["id"]?.stringValue == id, "\(name)")
                let listed = try await cri.images("ListImages", ["filter": ["image": ["image": JSONNode(name)]]])["images"]?.arrayValue
                #expect(listed?.map { $0["id"]?.stringValue } == [id], "\(name)")
            }
            #expect(try await cri.images("PullImage", image)["imageRef"]?.stringValue == id)
            // Several at once, and one that is gone already.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<5 { group.addTask { _ = try await cri.images("RemoveImage", image) } }
                try await group.waitForAll()
            }
            #expect(try await cri.images("ImageStatus", image)["image"] == nil)
            try await cri.images("PullImage", image)
        }

        /// With criu on a kernel that it knows there is an archive; otherwise it is said why not, and the container goes on.
        @Test func aContainerIsWrittenDownOrItIsSaidWhyNot() async throws {
            let cri = try await client()
            let archive = "\(cri.agent.folder)/checkpoint.tar"
            let id = try await cri.runSandbox(CRIClient.sandbox("checkpoint"))
            let container = try await cri.start(CRIClient.container("main", "exec sleep 100000"), in: id)
            do {
                try await cri.runtime("CheckpointContainer", ["containerId": JSONNode(container), "location": JSONNode(archive)])
                let list = try await cri.agent.host.run("tar", "tf", archive).checked().text
                #expect(list.contains("checkpoint/inventory.img") && list.contains("spec.dump"), "\(list)")
                try FileSystem.removeFile(archive)
            } catch let refusal as CRIClient.Refusal {
                #expect(["FAILED_PRECONDITION", "UNIMPLEMENTED"].contains(refusal.status) && refusal.message.contains("criu"), "\(refusal)")
                #expect(!FileSystem.exists(archive))
            }
            // Nothing half made is left beside it.
            #expect(try FileSystem.list(cri.agent.folder).filter { $0.hasPrefix("checkpoint.tar") } == [])
            #expect(try await cri.exec(container, "echo alive").stdout == "alive\n")
            #expect(try await cri.refusal("CheckpointContainer", ["containerId": JSONNode(container), "location": "x"]) == "INVALID_ARGUMENT")
            let nowhere = try await cri.refusal("CheckpointContainer", ["containerId": JSONNode(container), "location": "/proc/nothing/x"])
            #expect(nowhere == "INVALID_ARGUMENT")
            try await cri.remove(sandbox: id)
        }
    }
}
