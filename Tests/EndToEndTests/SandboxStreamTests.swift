import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// CRI's streams: URLs of exec, attach and port-forward, opened by a stock WebSocket client.
    @Suite struct SandboxStreamTests {
        @Test func execAttachAndPortForward() async throws {
            let cri = CRIClient(agent: try await Stage.shared().agent)
            try await cri.images("PullImage", ["image": ["image": JSONNode(Stage.image)]])
            let logs = "\(cri.agent.folder)/cri-logs/streams"
            let id = try await cri.runSandbox(CRIClient.sandbox("streams", logs: logs))
            let idle = try await cri.runSandbox(CRIClient.sandbox("idle"))
            let web = "mkdir /www; echo page >/www/index.html; httpd -p 127.0.0.1:8080 -h /www;"
            let container = try await cri.start(
                CRIClient.container("main", "\(web) while :; do echo tick; echo tock >&2; sleep 0.2; done"),
                in: id
            )
            let shell = try await cri.start(
                CRIClient.container("shell", "PS1='# ' exec sh", more: ["stdin": true, "tty": true]),
                in: id
            )
            let outcome = try await cri.agent.host.run(
                Command(
                    ["/usr/bin/python3", "\(Stage.fixtures)/cri-streams.py", cri.agent.socket, id, container, shell, idle],
                    deadline: .seconds(180)
                )
            )
            #expect(outcome.text == "ok\n" && outcome.succeeded, "\(outcome)")
            #expect(try await cri.waitExited(shell)["exitCode"] == 5)
            // All that a terminal shows is standard output, with the line ends that it makes.
            let log = try FileSystem.readText("\(logs)/shell.log")
            #expect(log.contains(" stdout F 42\r\n") && !log.contains(" stderr "), "\(log)")
            for sandbox in [id, idle] { try await cri.remove(sandbox: sandbox) }
        }

        @Test func aPodOfAFileIsReachedBeforeItsContainerRuns() async throws {
            let agent = try await Stage.shared().agent
            // Its image is nowhere: the pod has its network, and nothing that runs.
            try agent.put("early.yaml", """
                apiVersion: v1
                kind: Pod
                metadata: {name: early}
                spec:
                  restartPolicy: Never
                  terminationGracePeriodSeconds: 0
                  containers:
                  - {name: main, image: "127.0.0.1:5000/not/there:1"}
                """)
            try await agent.wait(for: "early", until: "a pull that fails") { $0.complaints.contains("ErrImagePull") || $0.complaints.contains("ImagePullBackOff") }
            let forward = try await agent.startSwiftlet(["port-forward", "early", ":80"])
            try await onThread { try forward.waitForOutput("-> 80", .seconds(60)) }
            let port = try #require(
                forward.logText.split(separator: "\n").first { $0.hasPrefix("Forwarding from 127.0.0.1:") }?
                    .split(separator: ":").last?.prefix { $0.isNumber }
            )
            _ = try await agent.host.run("curl", "-sS", "--max-time", "60", "http://127.0.0.1:\(port)/")
            // The pod's own network answers, where nobody listens.
            try await onThread { try forward.waitForOutput("Connection refused", .seconds(60)) }
            try forward.signal(SIGTERM)
            try await agent.removeAll()
        }
    }
}
