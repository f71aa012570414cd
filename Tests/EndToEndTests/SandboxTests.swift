import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// CRI's services on a real agent: the life of sandboxes and containers as a client of CRI drives it.
    @Suite struct SandboxTests {
        private func client() async throws -> CRIClient {
            let client = CRIClient(agent: try await Stage.shared().agent)
            try await client.images("PullImage", ["image": ["image": JSONNode(Stage.image)]])
            return client
        }

        @Test func versionAndStatus() async throws {
            let cri = try await client()
            let version = try await cri.runtime("Version")
            #expect(version["version"] == "0.1.0" && version["runtimeName"] == "swiftlet" && version["runtimeApiVersion"] == "v1")
            let status = try await cri.runtime("Status", ["verbose": true])
            let conditions = try #require(status["status"]?["conditions"]?.arrayValue)
            #expect(conditions.map { $0["type"]?.stringValue } == ["RuntimeReady", "NetworkReady"])
            #expect(conditions.allSatisfy { $0["status"] == true })
            #expect(status["runtimeHandlers"]?.arrayValue?.isEmpty == false && status["info"]?["config"] != nil)
            #expect(try await cri.runtime("RuntimeConfig")["linux"]?["cgroupDriver"] == "CGROUPFS")
        }

        @Test func theLifeOfASandbox() async throws {
            let cri = try await client()
            let before = try await cri.agent.snapshot()
            let logs = "\(cri.agent.folder)/cri-logs/life"
            let id = try await cri.runSandbox(CRIClient.sandbox("life", logs: logs))
            #expect(id.utf8.count == 64)
            let status = try #require(try await cri.runtime("PodSandboxStatus", ["podSandboxId": JSONNode(id)])["status"])
            // SANDBOX_READY is the default.
            #expect(status["state"] == nil && status["network"]?["ip"]?.stringValue?.hasPrefix("10.92.0.") == true)
            #expect(status["labels"]?["app"] == "life" && status["annotations"]?["note"] == "kept")
            #expect(status["createdAt"]?.stringValue.flatMap { Int64($0) } ?? 0 > 1_700_000_000_000_000_000)

            let container = try await cri.create(
                CRIClient.container("main", "echo hello $WHO; trap 'exit 7' TERM; while :; do sleep 0.1; done", more: [
                    // "world"
                    "envs": [["key": "WHO", "value": "d29ybGQ="]]
                ]),
                in: id
            )
            #expect(try await cri.state(container) == "CONTAINER_CREATED")
            try await cri.runtime("StartContainer", ["containerId": JSONNode(container)])
            #expect(try await cri.state(container) == "CONTAINER_RUNNING")
            #expect(try await cri.refusal("StartContainer", ["containerId": JSONNode(container)]) == "FAILED_PRECONDITION")
            let uts = try await cri.exec(container, "hostname; cat /etc/hostname")
            #expect(uts.stdout == "life\nlife\n")

            try await cri.runtime("StopContainer", ["containerId": JSONNode(container), "timeout": "60"])
            let ended = try await cri.status(container)
            #expect(ended["state"] == "CONTAINER_EXITED" && ended["exitCode"] == 7 && ended["reason"] == "Error")
            func time(_ key: String) -> Int64 { ended[key]?.stringValue.flatMap { Int64($0) } ?? 0 }
            #expect(time("createdAt") <= time("startedAt") && time("startedAt") < time("finishedAt"))
            let line = try FileSystem.readText("\(logs)/main.log").split(separator: "\n").first ?? ""
            #expect(line.hasSuffix(" stdout F hello world") && ended["logPath"]?.stringValue == "\(logs)/main.log")

            // Stopping and removing may be repeated, also of what was never there.
            try await cri.runtime("StopContainer", ["containerId": JSONNode(container)])
            for _ in 0..<2 { try await cri.runtime("RemoveContainer", ["containerId": JSONNode(container)]) }
            #expect(try await cri.refusal("ContainerStatus", ["containerId": JSONNode(container)]) == "NOT_FOUND")
            for _ in 0..<2 { try await cri.runtime("StopPodSandbox", ["podSandboxId": JSONNode(id)]) }
            let stopped = try await cri.runtime("PodSandboxStatus", ["podSandboxId": JSONNode(id)])["status"]
            #expect(stopped?["state"] == "SANDBOX_NOTREADY")
            #expect(try await cri.refusal("CreateContainer", [
                "podSandboxId": JSONNode(id), "config": CRIClient.container("late", "true"),
            ]) == "FAILED_PRECONDITION")
            for _ in 0..<2 { try await cri.runtime("RemovePodSandbox", ["podSandboxId": JSONNode(id)]) }
            #expect(try await cri.refusal("PodSandboxStatus", ["podSandboxId": JSONNode(id)]) == "NOT_FOUND")
            try FileSystem.removeTree("\(cri.agent.folder)/cri-logs")
            let after = try await cri.agent.snapshot()
            #expect(after.withoutEmptySandboxes == before.withoutEmptySandboxes)
        }

        @Test func namesAreTakenOnce() async throws {
            let cri = try await client()
            let config = CRIClient.sandbox("twice")
            let id = try await cri.runSandbox(config)
            #expect(try await cri.refusal("RunPodSandbox", ["config": config]) == "ALREADY_EXISTS")
            let next = try await cri.runSandbox(CRIClient.sandbox("twice", attempt: 1))
            _ = try await cri.create(CRIClient.container("main", "true"), in: id)
            #expect(try await cri.refusal("CreateContainer", [
                "podSandboxId": JSONNode(id), "config": CRIClient.container("main", "true"),
            ]) == "ALREADY_EXISTS")
            // Removing kills and removes what is in it.
            _ = try await cri.start(CRIClient.container("other", "exec sleep 100000"), in: id)
            for sandbox in [id, next] { try await cri.runtime("RemovePodSandbox", ["podSandboxId": JSONNode(sandbox)]) }
            #expect(try await cri.containers(["podSandboxId": JSONNode(id)]).isEmpty)
            try await cri.remove(sandbox: try await cri.runSandbox(config))
        }

        @Test func filtersCombine() async throws {
            let cri = try await client()
            let one = try await cri.runSandbox(CRIClient.sandbox("one"))
            let two = try await cri.runSandbox(CRIClient.sandbox("two"))
            let running = try await cri.start(CRIClient.container("runs", "exec sleep 100000"), in: one)
            let made = try await cri.create(CRIClient.container("made", "true"), in: one)
            let far = try await cri.create(CRIClient.container("made", "true"), in: two)
            try await cri.runtime("StopPodSandbox", ["podSandboxId": JSONNode(two)])
            let suite: JSONNode = ["suite": "cri"]
            #expect(try await cri.sandboxes(["labelSelector": suite]) == [one, two])
            #expect(try await cri.sandboxes(["labelSelector": suite, "state": ["state": "SANDBOX_READY"]]) == [one])
            #expect(try await cri.sandboxes(["labelSelector": ["app": "two"], "state": ["state": "SANDBOX_READY"]]).isEmpty)
            #expect(try await cri.sandboxes(["id": JSONNode(String(one.prefix(12)))]) == [one])
            #expect(try await cri.containers(["podSandboxId": JSONNode(one)]) == [running, made])
            #expect(try await cri.containers(["podSandboxId": JSONNode(one), "state": ["state": "CONTAINER_RUNNING"]]) == [running])
            #expect(try await cri.containers(["labelSelector": ["container": "made"]]) == [made, far])
            #expect(try await cri.containers(["id": JSONNode(made), "state": ["state": "CONTAINER_RUNNING"]]).isEmpty)
            let streamed = try await cri.stream("RuntimeService.StreamContainers", ["filter": ["podSandboxId": JSONNode(one)]])
            #expect(Set(streamed.flatMap { $0["containers"]?.arrayValue ?? [] }.compactMap { $0["id"]?.stringValue }) == [running, made])
            for id in [one, two] { try await cri.remove(sandbox: id) }
        }

        @Test func commandsInContainers() async throws {
            let cri = try await client()
            let id = try await cri.runSandbox(CRIClient.sandbox("exec"))
            let container = try await cri.start(CRIClient.container("main", "exec sleep 100000"), in: id)
            let result = try await cri.exec(container, "printf out; printf err >&2; exit 3")
            #expect(result.code == 3 && result.stdout == "out" && result.stderr == "err")
            let begun = Monotonic.now
            #expect(try await cri.refusal("ExecSync", [
                "containerId": JSONNode(container), "cmd": ["sleep", "100000"], "timeout": "1",
            ]) == "DEADLINE_EXCEEDED")
            #expect(Monotonic.now.since(begun) < .seconds(60))
            #expect(try await cri.exec(container, "ps | grep -c '[s]leep 100000'").stdout == "1\n")
            #expect(try await cri.refusal("ExecSync", ["containerId": JSONNode(container), "cmd": []]) == "INVALID_ARGUMENT")
            #expect(try await cri.refusal("ExecSync", ["containerId": "nothing", "cmd": ["true"]]) == "NOT_FOUND")
            #expect(try await cri.refusal("ExecSync", ["containerId": JSONNode(container), "cmdd": ["true"]]) == "INVALID_ARGUMENT")
            try await cri.runtime("StopContainer", ["containerId": JSONNode(container)])
            #expect(try await cri.refusal("ExecSync", ["containerId": JSONNode(container), "cmd": ["true"]]) == "FAILED_PRECONDITION")
            #expect(try await cri.status(container)["exitCode"] == 137)
            try await cri.remove(sandbox: id)
        }

        @Test func whatAContainerIsMadeOf() async throws {
            let cri = try await client()
            let folder = "\(cri.agent.folder)/cri-mounts"
            try FileSystem.makeDirectories("\(folder)/data")
            try FileSystem.write("\(folder)/data/file", Array("from the host\n".utf8))
            let id = try await cri.runSandbox(
                CRIClient.sandbox("made", more: [
                    "hostname": "given", "dnsConfig": ["servers": ["10.9.9.9"], "searches": ["a.example"], "options": ["ndots:3"]],
                    "linux": [
                        "securityContext": ["namespaceOptions": ["pid": "CONTAINER"]],
                        "sysctls": ["net.ipv4.ip_local_port_range": "2000 3000"],
                    ],
                ])
            )
            let container = try await cri.start(
                CRIClient.container("main", "exec sleep 100000", more: [
                    "workingDir": "/data",
                    "mounts": [
                        ["containerPath": "/in", "hostPath": JSONNode("\(folder)/data"), "readonly": true],
                        ["containerPath": "/out", "hostPath": JSONNode("\(folder)/made")],
                        ["containerPath": "/image", "image": ["image": JSONNode(Stage.image)], "imageSubPath": "www", "readonly": true],
                    ],
                    "devices": [["containerPath": "/dev/mine", "hostPath": "/dev/zero", "permissions": "r"]],
                    "linux": [
                        "resources": ["memoryLimitInBytes": "67108864", "cpuShares": "512", "oomScoreAdj": "500"],
                        "securityContext": [
                            "runAsUser": ["value": "1000"], "runAsGroup": ["value": 1000], "supplementalGroups": ["3000"],
                            "noNewPrivs": true, "readonlyRootfs": true, "seccomp": ["profileType": "RuntimeDefault"],
                            "capabilities": ["dropCapabilities": ["ALL"]],
                        ],
                    ],
                ]),
                in: id
            )
            func says(_ script: String) async throws -> String { try await cri.exec(container, script).stdout }
            #expect(try await says("hostname; pwd; id -u; id -g; id -G") == "given\n/data\n1000\n1000\n1000 2000 3000\n")
            #expect(try await says("cat /etc/resolv.conf") == "search a.example\nnameserver 10.9.9.9\noptions ndots:3\n")
            #expect(try await says("cat /in/file; touch /in/x 2>&1 | grep -c Read-only; cat /image/index.html") == "from the host\n1\na page of a pod\n")
            #expect(try await says("touch /x 2>&1 | grep -c Read-only; head -c 2 /dev/mine | wc -c") == "1\n2\n")
            #expect(try await says("grep -E '^(NoNewPrivs|Seccomp|CapEff):' /proc/self/status | tr -s '\\t ' ' '") == "CapEff: 0000000000000000\nNoNewPrivs: 1\nSeccomp: 2\n")
            #expect(try await says("cat /proc/1/oom_score_adj; cat /proc/sys/net/ipv4/ip_local_port_range | tr '\\t' ' '") == "500\n2000 3000\n")
            #expect(FileSystem.exists("\(folder)/made"))
            let status = try await cri.status(container)
            #expect(status["user"]?["linux"]?["uid"] == "1000" && status["mounts"]?.arrayValue?.count == 3)
            #expect(status["resources"]?["linux"]?["memoryLimitInBytes"] == "67108864")
            #expect(status["imageId"]?.stringValue?.hasPrefix("sha256:") == true && status["imageRef"]?.stringValue?.contains("@sha256:") == true)
            let info = try await cri.runtime("ContainerStatus", ["containerId": JSONNode(container), "verbose": true])["info"]?["info"]
            let details = try JSON.parse(Array(try #require(info?.stringValue).utf8))
            #expect(details["pid"]?.integerValue ?? 0 > 1 && details["runtimeSpec"]?["process"]?["cwd"] == "/data")
            try await cri.remove(sandbox: id)
            try FileSystem.removeTree(folder)
        }

        @Test func whatIsRefused() async throws {
            let cri = try await client()
            func create(_ more: [String: JSONNode], in id: String) async throws -> String? {
                try await cri.refusal("CreateContainer", [
                    "podSandboxId": JSONNode(id), "config": CRIClient.container("bad", "true", more: more),
                ])
            }
            let id = try await cri.runSandbox(CRIClient.sandbox("strict"))
            #expect(try await create(["CDIDevices": [["name": "vendor.com/gpu=0"]]], in: id) == "FAILED_PRECONDITION")
            #expect(try await create(["linux": ["securityContext": ["privileged": true]]], in: id) == "INVALID_ARGUMENT")
            #expect(try await create(["linux": ["securityContext": ["capabilities": ["addCapabilities": ["FLY"]]]]], in: id) == "INVALID_ARGUMENT")
            #expect(try await create(["mounts": [["containerPath": "/a", "hostPath": "/tmp/../etc"]]], in: id) == "INVALID_ARGUMENT")
            #expect(try await create(["mounts": [["containerPath": "/a", "hostPath": "/tmp", "recursiveReadOnly": true]]], in: id) == "INVALID_ARGUMENT")
            #expect(try await create(["logPath": "../../x"], in: id) == nil, "no folder of logs: its own place")
            #expect(try await create(["metadata": ["name": "b"], "image": ["image": "127.0.0.1:5000/nothing:1"]], in: id) == "NOT_FOUND")
            #expect(try await cri.refusal("CreateContainer", ["podSandboxId": "ffff", "config": CRIClient.container("x", "true")]) == "NOT_FOUND")
            #expect(try await cri.refusal("RunPodSandbox", ["config": [:]]) == "INVALID_ARGUMENT")
            #expect(try await cri.refusal("RunPodSandbox", ["config": CRIClient.sandbox("h"), "runtimeHandler": "kata"]) == "INVALID_ARGUMENT")
            let sysctl: JSONNode = ["sysctls": ["kernel.panic": "1"]]
            #expect(try await cri.refusal("RunPodSandbox", ["config": CRIClient.sandbox("s", more: ["linux": sysctl])]) == "INVALID_ARGUMENT")
            #expect(try await cri.refusal("CheckpointContainer", ["containerId": "nothing"]) == "NOT_FOUND")
            #expect(try await cri.refusal("RestorePod", ["checkpointPath": "/x"]) == "UNIMPLEMENTED")
            // What failed has left nothing: the name is free.
            let again = try await cri.runSandbox(CRIClient.sandbox("s"))
            for sandbox in [id, again] { try await cri.remove(sandbox: sandbox) }
        }

        @Test func sharedProcessesAndTheHosts() async throws {
            let cri = try await client()
            let id = try await cri.runSandbox(CRIClient.sandbox("shared", pid: "POD"))
            let one = try await cri.start(CRIClient.container("one", "exec sleep 100001"), in: id)
            let two = try await cri.start(CRIClient.container("two", "exec sleep 100002"), in: id)
            #expect(try await cri.exec(two, "ps | grep -c '[s]leep 10000[12]'").stdout == "2\n")
            let target: JSONNode = [
                "securityContext": ["namespaceOptions": ["pid": "TARGET", "targetId": JSONNode(one)]]
            ]
            let own: JSONNode = ["securityContext": ["namespaceOptions": ["pid": "CONTAINER"]]]
            let alone = try await cri.start(CRIClient.container("alone", "exec sleep 100003", more: ["linux": own]), in: id)
            #expect(try await cri.exec(alone, "ps | grep -c '[s]leep 10000[123]'").stdout == "1\n")
            let guest = try await cri.start(CRIClient.container("guest", "exec sleep 100004", more: ["linux": target]), in: id)
            #expect(try await cri.exec(guest, "ps | grep -c '[s]leep 10000[1-4]'").stdout == "3\n")
            let host = try await cri.runSandbox(CRIClient.sandbox("host", network: "NODE", pid: "NODE"))
            let status = try await cri.runtime("PodSandboxStatus", ["podSandboxId": JSONNode(host)])["status"]
            #expect(status?["network"]?["ip"] == nil && status?["linux"]?["namespaces"]?["options"]?["network"] == "NODE")
            let inside = try await cri.start(CRIClient.container("main", "exec sleep 100000"), in: host)
            // The bridge is there for as long as anybody is on it.
            #expect(try await cri.exec(inside, "ls /sys/class/net | grep -c pods0").stdout == "1\n")
            for sandbox in [host, id] { try await cri.remove(sandbox: sandbox) }
        }

        @Test func limitsChangeAtOnce() async throws {
            let cri = try await client()
            let id = try await cri.runSandbox(CRIClient.sandbox("limits"))
            let container = try await cri.start(
                CRIClient.container("main", "exec sleep 100000", more: ["linux": ["resources": ["cpuShares": "512"]]]),
                in: id
            )
            try await cri.runtime("UpdateContainerResources", [
                "containerId": JSONNode(container), "linux": ["memoryLimitInBytes": "134217728", "cpuShares": 256],
            ])
            let resources = try await cri.status(container)["resources"]?["linux"]
            #expect(resources?["memoryLimitInBytes"] == "134217728" && resources?["cpuShares"] == "256")
            let stats = try await cri.runtime("ContainerStats", ["containerId": JSONNode(container)])["stats"]
            if let available = stats?["memory"]?["availableBytes"]?["value"]?.stringValue.flatMap({ Int64($0) }) {
                #expect(available <= 134_217_728 && available > 100_000_000)
            }
            try await cri.runtime("UpdatePodSandboxResources", [
                "podSandboxId": JSONNode(id), "resources": ["memoryLimitInBytes": "268435456"],
            ])
            try await cri.remove(sandbox: id)
        }

        @Test func statistics() async throws {
            let cri = try await client()
            let id = try await cri.runSandbox(CRIClient.sandbox("stats"))
            let container = try await cri.start(
                CRIClient.container("main", "head -c 300000 /dev/zero > /written; while :; do :; done"),
                in: id
            )
            func number(_ node: JSONNode?) -> Int64 { node?["value"]?.stringValue.flatMap { Int64($0) } ?? -1 }
            let deadline = Deadline(in: .seconds(60))
            var stats = JSONNode.null
            repeat {
                stats = try #require(try await cri.runtime("ContainerStats", ["containerId": JSONNode(container)])["stats"])
            } while number(stats["writableLayer"]?["usedBytes"]) < 300_000 && !deadline.hasPassed
            #expect(stats["attributes"]?["id"]?.stringValue == container && stats["attributes"]?["metadata"]?["name"] == "main")
            #expect(number(stats["cpu"]?["usageCoreNanoSeconds"]) > 0 && number(stats["cpu"]?["usageNanoCores"]) > 0)
            #expect(number(stats["memory"]?["workingSetBytes"]) > 0 && number(stats["memory"]?["rssBytes"]) > 0)
            #expect(number(stats["memory"]?["pageFaults"]) > 0)
            #expect(number(stats["writableLayer"]?["usedBytes"]) >= 300_000 && number(stats["writableLayer"]?["inodesUsed"]) >= 2)
            let pod = try #require(try await cri.runtime("PodSandboxStats", ["podSandboxId": JSONNode(id)])["stats"]?["linux"])
            #expect(pod["network"]?["defaultInterface"]?["name"] == "eth0" && pod["containers"]?.arrayValue?.count == 1)
            let listed = try await cri.runtime("ListContainerStats", ["filter": ["podSandboxId": JSONNode(id)]])
            #expect(listed["stats"]?.arrayValue?.count == 1)
            let descriptors = try await cri.runtime("ListMetricDescriptors")["descriptors"]?.arrayValue ?? []
            let metrics = try await cri.runtime("ListPodSandboxMetrics")["podMetrics"]?.arrayValue ?? []
            let mine = try #require(metrics.first { $0["podSandboxId"]?.stringValue == id })
            let known = Set(descriptors.compactMap { $0["name"]?.stringValue })
            let readings = mine["containerMetrics"]?[0]?["metrics"]?.arrayValue ?? []
            #expect(!readings.isEmpty && readings.allSatisfy { known.contains($0["name"]?.stringValue ?? "") })
            let disks = try await cri.images("ImageFsInfo")
            #expect(number(disks["imageFilesystems"]?[0]?["usedBytes"]) > 1_000_000)
            try await cri.remove(sandbox: id)
        }
    }
}

extension HostSnapshot {
    /// The folders in which sandboxes have theirs stay when the last one has gone.
    fileprivate var withoutEmptySandboxes: [String: [String]] {
        sections.mapValues { $0.filter { !$0.hasSuffix("/sandboxes") } }
    }
}
