import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// What lasts longer than a call: events, logs, agents that come and go, pods of files beside.
    @Suite struct SandboxEventTests {
        @Test func eventsAreTold() async throws {
            let cri = CRIClient(agent: try await Stage.shared().agent)
            try await cri.images("PullImage", ["image": ["image": JSONNode(Stage.image)]])
            let socket = cri.agent.socket
            // On one connection, so that the subscription is there before anything happens.
            let types = try await cri.agent.perform {
                var connection = try AgentConnection(socket)
                var maker = try AgentConnection(socket)
                let deadline = Deadline(in: .seconds(90))
                _ = try connection.call("RuntimeService.GetContainerEvents", by: deadline)
                let made = try maker.call("RuntimeService.RunPodSandbox", ["config": CRIClient.sandbox("events")], by: deadline)
                let id = made["podSandboxId"] ?? .null
                let created = try maker.call(
                    "RuntimeService.CreateContainer",
                    ["podSandboxId": id, "config": CRIClient.container("main", "exit 0")],
                    by: deadline
                )
                let container = created["containerId"] ?? .null
                _ = try maker.call("RuntimeService.StartContainer", ["containerId": container], by: deadline)
                var types: [String] = []
                var isRemoved = false
                while types.last != "\(id.stringValue ?? "") CONTAINER_DELETED_EVENT" {
                    for event in try connection.next(deadline)["params"]?["events"]?.arrayValue ?? [] {
                        let who = event["containerId"]?.stringValue ?? ""
                        types.append("\(who) \(event["containerEventType"]?.stringValue ?? "CONTAINER_CREATED_EVENT")")
                        #expect(event["podSandboxStatus"]?["id"] == id)
                    }
                    if types.last == "\(container.stringValue ?? "") CONTAINER_STOPPED_EVENT", !isRemoved {
                        isRemoved = true
                        _ = try maker.call("RuntimeService.RemovePodSandbox", ["podSandboxId": id], by: deadline)
                    }
                }
                return types.map { $0.replacing(id.stringValue ?? "", with: "pod").replacing(container.stringValue ?? "", with: "main") }
            }
            #expect(
                types == [
                    "pod CONTAINER_CREATED_EVENT", "pod CONTAINER_STARTED_EVENT", "main CONTAINER_CREATED_EVENT",
                    "main CONTAINER_STARTED_EVENT", "main CONTAINER_STOPPED_EVENT", "pod CONTAINER_STOPPED_EVENT",
                    "main CONTAINER_DELETED_EVENT", "pod CONTAINER_DELETED_EVENT",
                ]
            )
        }

        @Test func aLogIsOpenedAgain() async throws {
            let cri = CRIClient(agent: try await Stage.shared().agent)
            try await cri.images("PullImage", ["image": ["image": JSONNode(Stage.image)]])
            let logs = "\(cri.agent.folder)/cri-logs/rotate"
            let id = try await cri.runSandbox(CRIClient.sandbox("rotate", logs: logs))
            let container = try await cri.start(
                CRIClient.container("main", "echo first; while [ ! -e /go ]; do sleep 0.05; done; echo second; exec sleep 100000"),
                in: id
            )
            let path = "\(logs)/main.log"
            func wait(for text: String) async throws {
                let deadline = Deadline(in: .seconds(60))
                while !(((try? FileSystem.readText(path)) ?? "").contains(text)) {
                    guard !deadline.hasPassed else { throw WaitFailure(what: text, last: (try? FileSystem.readText(path)) ?? "") }
                    try await EventThread.shared.sleep(until: Monotonic.now.advanced(by: .milliseconds(10)))
                }
            }
            try await wait(for: "first")
            try FileSystem.rename(path, "\(path).1")
            try await cri.runtime("ReopenContainerLog", ["containerId": JSONNode(container)])
            #expect(FileSystem.exists(path))
            _ = try await cri.exec(container, "touch /go")
            try await wait(for: "second")
            #expect(try !FileSystem.readText(path).contains("first") && !FileSystem.readText("\(path).1").contains("second"))
            try await cri.remove(sandbox: id)
            #expect(try await cri.refusal("ReopenContainerLog", ["containerId": JSONNode(container)]) == "NOT_FOUND")
        }

        @Test func agentsComeAndGo() async throws {
            let stage = try await Stage.shared()
            let agent = try AgentFixture(host: stage.host, folder: "\(stage.folder)/cri-restart")
            try await agent.loadImage()
            try await agent.start()
            let cri = CRIClient(agent: agent)
            func config(_ name: String, _ script: String) -> JSONNode {
                CRIClient.container(name, script, more: ["image": ["image": JSONNode(AgentFixture.loadedImage)]])
            }
            // Another network than the shared agent's, which lives in the same host.
            let id = try await cri.runSandbox(CRIClient.sandbox("stays", network: "NODE", pid: "POD"))
            let stays = try await cri.start(config("stays", "exec sleep 100000"), in: id)
            let ends = try await cri.start(config("ends", "while [ ! -e /go ]; do sleep 0.05; done; exit 4"), in: id)
            let made = try await cri.create(config("made", "exit 0"), in: id)
            let before = try await cri.runtime("ContainerStatus", ["containerId": JSONNode(stays), "verbose": true])
            let pid = try JSON.parse(Array(try #require(before["info"]?["info"]?.stringValue).utf8))["pid"]
            _ = try await cri.exec(ends, "(sleep 1; touch /go) &")
            try await agent.kill()
            try await agent.start()
            #expect(try await cri.state(stays) == "CONTAINER_RUNNING")
            let after = try await cri.runtime("ContainerStatus", ["containerId": JSONNode(stays), "verbose": true])
            #expect(try JSON.parse(Array(try #require(after["info"]?["info"]?.stringValue).utf8))["pid"] == pid)
            #expect(after["status"]?["startedAt"] == before["status"]?["startedAt"])
            #expect(try await cri.exec(stays, "echo here").stdout == "here\n")
            #expect(try await cri.waitExited(ends)["exitCode"] == 4)
            #expect(try await cri.state(made) == "CONTAINER_CREATED")
            try await cri.runtime("StartContainer", ["containerId": JSONNode(made)])
            #expect(try await cri.waitExited(made)["reason"] == "Completed")
            #expect(try await cri.sandboxes(["state": ["state": "SANDBOX_READY"]]) == [id])
            #expect(try await cri.refusal("RunPodSandbox", ["config": CRIClient.sandbox("stays", network: "NODE")]) == "ALREADY_EXISTS")

            // Killed while it makes one: the next one has removed what there was of it.
            try await agent.stop()
            _ = try await agent.start(failPoint: "cgroup-made")
            _ = try? await agent.call("RuntimeService.RunPodSandbox", ["config": CRIClient.sandbox("half", network: "NODE")])
            _ = try await agent.waitForEnd()
            #expect(try FileSystem.list("\(agent.root)/sandboxes").count == 2)
            try await agent.start()
            #expect(try FileSystem.list("\(agent.root)/sandboxes") == [id] && FileSystem.list("\(agent.runRoot)/sandboxes") == [id])
            try await cri.remove(sandbox: id)
            #expect(try FileSystem.list("\(agent.root)/sandboxes").isEmpty)
            try await agent.stop()
            try FileSystem.removeTree(agent.folder)
        }

        @Test func podsOfFilesAreLeftAlone() async throws {
            let agent = try await Stage.shared().agent
            let cri = CRIClient(agent: agent)
            try agent.put("beside.yaml", Manifest.pod("beside", "exec sleep 100000"))
            let pod = try await agent.wait(for: "beside", until: "it runs") { $0.phase == "Running" }
            let id = try await cri.runSandbox(CRIClient.sandbox("beside"))
            #expect(try await !cri.sandboxes().contains(pod.uid))
            #expect(try await cri.sandboxes(["labelSelector": ["swiftlet/source": "file"]]) == [pod.uid])
            #expect(try await cri.containers(["labelSelector": ["swiftlet/source": "file"]]).count == 1)
            #expect(try await agent.pods().map(\.name) == ["beside"])
            for method in ["StopPodSandbox", "RemovePodSandbox"] {
                #expect(try await cri.refusal(method, ["podSandboxId": JSONNode(pod.uid)]) == "FAILED_PRECONDITION")
            }
            #expect(try await cri.refusal("StopContainer", ["containerId": JSONNode("\(pod.uid)_main_0")]) == "FAILED_PRECONDITION")
            // The engine removes its own and nothing else.
            try await agent.removeAll()
            let status = try await cri.runtime("PodSandboxStatus", ["podSandboxId": JSONNode(id)])["status"]
            #expect(status?["state"] == nil && status?["network"]?["ip"] != nil)
            try await cri.remove(sandbox: id)
        }

        @Test func images() async throws {
            let cri = CRIClient(agent: try await Stage.shared().agent)
            let name = "127.0.0.1:5000/docker:1"
            let pulled = try await cri.images("PullImage", ["image": ["image": JSONNode(name)]])
            let reference = try #require(pulled["imageRef"]?.stringValue)
            let status = try await cri.images("ImageStatus", ["image": ["image": JSONNode(name)], "verbose": true])
            #expect(status["image"]?["id"]?.stringValue == reference && status["info"]?["info"] != nil)
            #expect(status["image"]?["repoTags"]?.arrayValue?.contains(JSONNode(name)) == true)
            #expect(status["image"]?["repoDigests"]?[0]?.stringValue?.hasPrefix("127.0.0.1:5000/docker@sha256:") == true)
            let listed = try await cri.images("ListImages", ["filter": ["image": ["image": JSONNode(reference)]]])
            #expect(listed["images"]?.arrayValue?.count == 1)
            for _ in 0..<2 { try await cri.images("RemoveImage", ["image": ["image": JSONNode(reference)]]) }
            #expect(try await cri.images("ImageStatus", ["image": ["image": JSONNode(name)]]) == JSONNode(.object([])))
            await #expect(throws: CRIClient.Refusal.self) {
                try await cri.images("PullImage", ["image": ["image": "127.0.0.1:5000/nothing:1"]])
            }
        }
    }
}
